"""The emulator's private names that the rehearsal stands on, and the check that they are still there."""

import importlib
from importlib.metadata import version

PINNED = "1.5.33"

# module -> names, each used by a file of this package; a test holds the list against the installed version
PRIVATE_NAMES: dict[str, tuple[str, ...]] = {
    "hypercorn.asyncio": ("serve",),
    "ministack.app": ("main", "_port_is_bindable", "SERVICE_HANDLERS"),
    "ministack.core.iam_evaluator": ("EvalContext", "_gather_role_policies", "evaluate"),
    "ministack.core.iam_actions": ("extract_resource_arn",),
    "ministack.core.lambda_runtime": ("execution_credentials", "zipfile"),
    "ministack.core.responses": (
        "AccountRegionScopedDict",
        "AccountScopedDict",
        "error_response_json",
        "get_account_id",
        "get_region",
        "request_scope",
    ),
    "ministack.core.router": ("SERVICE_PATTERNS",),
    "ministack.core.tls": ("resolve_tls_material",),
    "ministack.services.cloudformation": ("_exports", "_stack_events", "_stacks"),
    "ministack.services.cloudformation.custom_resource": ("invoke_custom_resource",),
    "ministack.services.cloudformation.changesets": ("_deploy_stack_async",),
    "ministack.services.cloudformation.handlers": (
        "_ACTION_HANDLERS",
        "_deploy_stack_async",
        "_imported_export_names",
        "_xml",
    ),
    "ministack.services.cloudformation.stacks": (
        "_add_event",
        "_deploy_stack_async",
        "_failed_operation",
        "_resolve_stack_outputs",
        "_roll_back_operation",
        "_runs_on_worker_thread",
    ),
    "ministack.services.cloudformation.provisioners": (
        "_RESOURCE_HANDLERS",
        "_REPLACING_PROPERTIES",
        "_ec2_apply_tags",
        "_eks_cluster_attrs",
        "_eks_cluster_fields",
        "_tag_map",
    ),
    "ministack.services.ec2": (
        "_ACTION_MAP",
        "_addresses",
        "_internet_gateways",
        "_nat_gateways",
        "_network_interfaces",
        "_p",
        "_parse_ip_permissions",
        "_prefix_lists",
        "_route_tables",
        "_security_groups",
        "_subnets",
        "_tags",
        "_vpc_endpoints",
        "_vpc_peering",
        "_vpcs",
    ),
    "ministack.services.eks": (
        "_ACCESS_POLICY_BINDING_LABEL",
        "_access_policy_rbac_objects",
        "_addons",
        "_associate_access_policy",
        "_clusters",
        "_create_access_entry",
        "_create_addon",
        "_create_cluster",
        "_create_nodegroup",
        "_create_pod_identity_association",
        "_delete_access_entry",
        "_delete_addon",
        "_delete_cluster",
        "_delete_nodegroup",
        "_delete_pod_identity_association",
        "_describe_access_entry",
        "_describe_addon",
        "_describe_cluster",
        "_disassociate_access_policy",
        "_error",
        "_handle_request_sync",
        "_nodegroups",
        "_schedule_access_policy_reconcile",
        "_update_access_entry",
        "_update_addon",
        "_update_pod_identity_association",
    ),
    "ministack.services.cloudwatch": ("_alarm_history", "_metrics"),
    "ministack.services.eventbridge": ("_SCHEDULER_TICK_INTERVAL", "_events_log", "_parse_rate_seconds"),
    "ministack.services.cloudwatch_logs": ("_compile_filter_pattern", "_log_groups"),
    "ministack.services.iam": (
        "_aws_managed_attachment_counts",
        "_aws_managed_policies",
        "_create_oidc_provider",
        "_create_role",
        "_delete_oidc_provider",
        "_make_aws_managed_record",
        "_roles",
    ),
    "ministack.services.lambda_svc": (
        "_emit_lambda_logs",
        "_emit_lambda_metrics",
        "_execute_function_with_config_scope",
        "_functions",
        "_get_func_record_for_ref",
        "_invoke",
        "execution_credentials",
        "invoke_async_with_retry",
    ),
    "ministack.services.s3": ("_completed_multipart_uploads", "_object_versions"),
    "ministack.services.stepfunctions": (
        "_ExecutionError",
        "_call_lambda",
        "_execute_task",
        "_executions",
        "_state_machines",
    ),
}


def missing_names() -> list[str]:
    """Give what is wrong with the installed emulator: another version, or names that are gone; nothing when it fits."""
    found = version("ministack")
    wrong = [] if found == PINNED else [f"ministack must be {PINNED}, got {found}"]
    for module, names in PRIVATE_NAMES.items():
        loaded = importlib.import_module(module)
        wrong += [f"{module} must have {name}, got no such name" for name in names if not hasattr(loaded, name)]
    return wrong
