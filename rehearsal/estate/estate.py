"""The AWS side of an estate, and the environment file filled in with what was found there."""

import time
from pathlib import Path
from typing import Any

import yaml

from rehearsal.aws import Aws
from rehearsal.errors import RehearsalError
from settings import Settings
from settings.cluster import ExistingCluster
from settings.network import ExistingNetwork

STACK = "platform-team"
_SECONDS = 120
_TEMPLATE = Path(__file__).with_name("template.yaml")


class Estate:
    """Make VPC, cluster, add-ons and nodes as their owner would, by a stack of the owner's.

    Args:
        environment: An environment file with `existing_network` and `existing_cluster`.
        settings: The same, loaded.
        aws: The emulator's APIs.
    """

    def __init__(self, environment: Path, settings: Settings, aws: Aws) -> None:
        self._environment = environment
        self._settings = settings
        self._aws = aws
        self._outputs: dict[str, str] = {}

    def make(self) -> None:
        """Deploy the owner's stack.

        Raises:
            RehearsalError: If the file has a new network, or the stack fails.
        """
        network, cluster = self._settings.existing_network, self._settings.existing_cluster
        if network is None or cluster is None:
            raise RehearsalError(f"{self._environment.name} must have existing_network and existing_cluster, got one")
        values = self._parameters(network, cluster)
        given = [{"ParameterKey": name, "ParameterValue": value} for name, value in values.items()]
        stacks = self._aws.cloudformation
        template = _TEMPLATE.read_text(encoding="utf-8")
        stacks.create_stack(
            StackName=STACK, TemplateBody=template, Parameters=given, Capabilities=["CAPABILITY_NAMED_IAM"]
        )
        ended = self._ended()
        if ended["StackStatus"] != "CREATE_COMPLETE":
            events = stacks.describe_stack_events(StackName=STACK)["StackEvents"]
            failed = [one["ResourceStatusReason"] for one in events if one["ResourceStatus"] == "CREATE_FAILED"]
            raise RehearsalError(f"the owner's stack must be made, got {(failed or [ended['StackStatus']])[-1]}")
        self._outputs = {output["OutputKey"]: output["OutputValue"] for output in ended["Outputs"]}

    def fill(self, folder: Path) -> Path:
        """Write a copy of the environment file with the values of the estate, read as the file's comment says.

        The copy keeps the file's name, hence the names of the stacks.
        """
        content: dict[str, Any] = yaml.safe_load(self._environment.read_text(encoding="utf-8"))
        network, cluster = content["existing_network"], content["existing_cluster"]
        found = self._aws.eks.describe_cluster(name=cluster["name"])["cluster"]
        network["vpc_id"] = found["resourcesVpcConfig"]["vpcId"]
        network["private_subnet_ids"] = self._outputs["Subnets"].split(",")
        network["availability_zones"] = network["availability_zones"][:2]
        if network.get("private_route_table_ids"):
            network["private_route_table_ids"] = self._outputs["RouteTables"].split(",")
        cluster["endpoint_url"] = found["endpoint"]
        cluster["certificate_authority"] = found["certificateAuthority"]["data"]
        written = cluster["security_group_id"]
        cluster["security_group_id"] = found["resourcesVpcConfig"]["clusterSecurityGroupId"]
        cluster["service_cidr"] = found["kubernetesNetworkConfig"]["serviceIpv4Cidr"]
        folder.mkdir(exist_ok=True)
        copy = folder / self._environment.name
        text = yaml.safe_dump(content, sort_keys=False)
        copy.write_text(text.replace(written, cluster["security_group_id"]), encoding="utf-8")  # rules may name it too
        return copy

    def _ended(self) -> dict[str, Any]:
        """Wait for the end of the owner's stack; give its description."""
        until = time.monotonic() + _SECONDS
        while True:
            stack: dict[str, Any] = self._aws.cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]
            if not stack["StackStatus"].endswith("_IN_PROGRESS") or time.monotonic() > until:
                return stack
            time.sleep(0.2)

    def _parameters(self, network: ExistingNetwork, cluster: ExistingCluster) -> dict[str, str]:
        return {
            "Name": cluster.name,
            "Version": cluster.kubernetes_version,
            "VpcCidr": network.cidr,
            "ServiceCidr": cluster.service_cidr,
            "VpcCniVersion": self._settings.pod_networking.vpc_cni.version,
            "ZoneA": network.availability_zones[0],
            "ZoneB": network.availability_zones[1],
        }
