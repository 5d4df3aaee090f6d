"""The policy that gives a workload's pods their security groups."""

import re
from collections.abc import Mapping, Sequence

import cdk8s
from constructs import Construct

from .names import dns_label, dns_name, labels, shown
from .plain_object import plain_object

_MOST_GROUPS = 16
_ID = re.compile(r"sg-([0-9a-f]{8}|[0-9a-f]{17})")


class SecurityGroupPolicy(cdk8s.Chart):
    """One SecurityGroupPolicy (vpcresources.k8s.aws/v1beta1).

    EKS reads it when a pod is *created*: a pod that matches gets a branch ENI with these groups, a running one keeps
    what it has. Pod labels and service-account labels are ANDed when both are given; the groups of all matching
    policies are joined (amazon-vpc-resource-controller-k8s, pkg/utils/helper.go). A policy without selector or groups
    is accepted by the API server and ignored by the controller in silence, so it is refused here.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        namespace: str,
        pod_labels: Mapping[str, str] | None = None,
        service_account_labels: Mapping[str, str] | None = None,
        security_group_ids: Sequence[str],
        every_pod: bool = False,
    ) -> None:
        """Check the arguments and make the object.

        Args:
            scope: a cdk8s App.
            construct_id: id of the chart.
            name: of the policy: a DNS-1123 name.
            namespace: whose pods it selects: a DNS-1123 label.
            pod_labels: labels that a pod must carry; not looked at when left out.
            service_account_labels: labels, not the name, of the pod's service account; not looked at when left out.
            security_group_ids: 1 to 16 ids or CDK tokens; an ENI takes 5 unless the account's quota was raised.
            every_pod: select all pods of the namespace, now and later. An empty selector means that in Kubernetes;
                labels that came out empty by mistake must not, so it has to be said.

        Raises:
            ValueError: the controller would ignore it, or the API server or EC2 would refuse it.
        """
        super().__init__(scope, construct_id, namespace=dns_label("namespace", namespace))
        spec: dict[str, object] = {"podSelector": {}} if every_pod else {}
        if pod_labels:
            spec["podSelector"] = {"matchLabels": labels("pod_labels", pod_labels)}
        if service_account_labels:
            matched = labels("service_account_labels", service_account_labels)
            spec["serviceAccountSelector"] = {"matchLabels": matched}
        if every_pod and (pod_labels or service_account_labels):
            raise ValueError("every_pod must not be given beside labels, got both: keep the one that is meant")
        if not spec:
            raise ValueError(
                "pod_labels or service_account_labels must name a label, got none: "
                "add one, or give every_pod=True for all pods of the namespace"
            )
        spec["securityGroups"] = {"groupIds": _group_ids(security_group_ids)}
        version, metadata = "vpcresources.k8s.aws/v1beta1", cdk8s.ApiObjectMetadata(name=dns_name("name", name))
        plain_object(self, "SecurityGroupPolicy", metadata, version=version, spec=spec)


def _group_ids(ids: Sequence[str]) -> list[str]:
    path = "security_group_ids"
    if isinstance(ids, str) or not 1 <= len(ids) <= _MOST_GROUPS:
        raise ValueError(f"{path} must list 1 to {_MOST_GROUPS} ids, got {shown(ids)}: merge rules into fewer groups")
    for index, value in enumerate(ids):
        if "${Token[" not in value and not _ID.fullmatch(value):
            raise ValueError(f"{path}[{index}] must be like sg-0123456789abcdef0, got {shown(value)}: give the id")
        if value in ids[:index]:
            raise ValueError(f"{path}[{index}] must not repeat, got {shown(value)} again: remove one of the two")
    return list(ids)
