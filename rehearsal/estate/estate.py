"""The AWS side of an estate, and the environment file filled in with what was found there."""

import time
from pathlib import Path
from typing import Any

import yaml

from rehearsal.aws import Aws
from rehearsal.errors import RehearsalError
from rehearsal.estate.roads import Roads
from settings import Settings
from settings.cluster import ExistingCluster
from settings.network import ExistingNetwork

STACK = "platform-team"
_SECONDS = 120
_TEMPLATE = Path(__file__).with_name("template.yaml")


class Estate:
    """Make the VPC, and cluster, add-ons and nodes where the file has them, as their owner would, by the owner's stack.

    Args:
        environment: An environment file with `existing_network`.
        settings: The same, loaded.
        aws: The emulator's APIs.
    """

    def __init__(self, environment: Path, settings: Settings, aws: Aws) -> None:
        self._environment = environment
        self._settings = settings
        self._aws = aws
        self._outputs: dict[str, str] = {}

    def make(self) -> None:
        """Deploy the owner's stack, and add the VPC's other ranges.

        Raises:
            RehearsalError: If the file has a new network, or the stack fails.
        """
        network = self._settings.existing_network
        if network is None:
            raise RehearsalError(f"{self._environment.name} must have existing_network with existing_cluster, got none")
        values = self._parameters(network, self._settings.existing_cluster)
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
        for cidr in network.further_cidrs:
            self._aws.ec2.associate_vpc_cidr_block(VpcId=self._outputs["Vpc"], CidrBlock=cidr)

    def connect(self, filled: Settings) -> None:
        """Make the ways to the peers that are the owner's; `filled` is the file that `fill` wrote, loaded."""
        if filled.existing_network:
            Roads(filled, filled.existing_network, self._aws, self._outputs["RouteTables"].split(",")).make()

    def fill(self, folder: Path) -> Path:
        """Write a copy of the environment file with the values of the estate, read as the file's comment says.

        The copy keeps the file's name, hence the names of the stacks.
        """
        content: dict[str, Any] = yaml.safe_load(self._environment.read_text(encoding="utf-8"))
        network, cluster = content["existing_network"], content.get("existing_cluster")
        network["vpc_id"] = self._outputs["Vpc"]
        network["private_subnet_ids"] = self._outputs["Subnets"].split(",")
        network["availability_zones"] = network["availability_zones"][:2]
        if network.get("private_route_table_ids"):
            network["private_route_table_ids"] = self._outputs["RouteTables"].split(",")
        written, group = self._fill_cluster(cluster) if cluster else ("", "")
        folder.mkdir(exist_ok=True)
        copy = folder / self._environment.name
        text = yaml.safe_dump(content, sort_keys=False)
        copy.write_text(text.replace(written, group) if written else text, encoding="utf-8")  # rules may name it too
        return copy

    def _fill_cluster(self, cluster: dict[str, Any]) -> tuple[str, str]:
        """Fill that section; give the id of the cluster's group that was written there, and the one that it has."""
        found = self._aws.eks.describe_cluster(name=cluster["name"])["cluster"]
        written, group = cluster["security_group_id"], found["resourcesVpcConfig"]["clusterSecurityGroupId"]
        cluster["endpoint_url"] = found["endpoint"]
        cluster["certificate_authority"] = found["certificateAuthority"]["data"]
        cluster["security_group_id"] = group
        cluster["service_cidr"] = found["kubernetesNetworkConfig"]["serviceIpv4Cidr"]
        return written, group

    def _ended(self) -> dict[str, Any]:
        """Wait for the end of the owner's stack; give its description."""
        until = time.monotonic() + _SECONDS
        while True:
            stack: dict[str, Any] = self._aws.cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]
            if not stack["StackStatus"].endswith("_IN_PROGRESS") or time.monotonic() > until:
                return stack
            time.sleep(0.2)

    def _parameters(self, network: ExistingNetwork, cluster: ExistingCluster | None) -> dict[str, str]:
        return {
            "Name": cluster.name if cluster else "",  # no name, no cluster
            "Version": cluster.kubernetes_version if cluster else "",
            "VpcCidr": network.cidr,
            "ServiceCidr": cluster.service_cidr if cluster else "",
            "VpcCniVersion": self._settings.pod_networking.vpc_cni.version,
            "KubeProxyMode": self._settings.pod_networking.kube_proxy_mode,
            "ZoneA": network.availability_zones[0],
            "ZoneB": network.availability_zones[1],
        }
