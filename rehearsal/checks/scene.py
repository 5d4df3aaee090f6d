"""What checks look at."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rehearsal.aws import Aws
from rehearsal.checks.expect import expect
from rehearsal.control_plane import Api
from settings import Settings

_DAEMON_SETS = "/apis/apps/v1/namespaces/kube-system/daemonsets"


@dataclass
class Scene:
    """One deployed environment.

    Attributes:
        settings: What was asked for.
        aws: The APIs of AWS, as the account's root.
        kubernetes: The cluster's API, as its admin.
        cluster: Name of the cluster.
        vpc_cni: Folder of AWS's VPC CNI, for the values that the add-on itself brings.
        kubeconfig: The cluster's API for kubectl, as its admin.
    """

    settings: Settings
    aws: Aws
    kubernetes: Api
    cluster: str
    vpc_cni: Path
    kubeconfig: Path

    def daemon_set(self, name: str) -> dict[str, Any]:
        """Give a DaemonSet of kube-system."""
        return self.kubernetes("GET", f"{_DAEMON_SETS}/{name}")

    def pod_env(self, name: str = "aws-node") -> dict[str, dict[str, str | None]]:
        """Give container -> variable -> value of a DaemonSet."""
        pod = self.daemon_set(name)["spec"]["template"]["spec"]
        return env_of(pod)

    def cluster_record(self) -> dict[str, Any]:
        """Give what DescribeCluster says."""
        record: dict[str, Any] = self.aws.eks.describe_cluster(name=self.cluster)["cluster"]
        return record

    @property
    def vpc_id(self) -> str:
        """The cluster's VPC."""
        return str(self.cluster_record()["resourcesVpcConfig"]["vpcId"])

    def functions(self) -> list[Any]:
        """Give the configuration of every Lambda function."""
        pages = self.aws.client("lambda").get_paginator("list_functions").paginate()
        return [function for page in pages for function in page["Functions"]]

    def node_groups(self) -> list[dict[str, Any]]:
        """Give what DescribeNodegroup says of each managed node group."""
        names = self.aws.eks.list_nodegroups(clusterName=self.cluster)["nodegroups"]
        found = (self.aws.eks.describe_nodegroup(clusterName=self.cluster, nodegroupName=name) for name in names)
        return [answer["nodegroup"] for answer in found]

    def policies(self) -> list[dict[str, Any]]:
        """Give all SecurityGroupPolicies of the cluster."""
        found: list[dict[str, Any]] = self.kubernetes(
            "GET", "/apis/vpcresources.k8s.aws/v1beta1/securitygrouppolicies"
        )["items"]
        return found

    def stacks(self) -> Iterator[dict[str, Any]]:
        """Give this environment's stacks that are not deleted."""
        for page in self.aws.cloudformation.get_paginator("describe_stacks").paginate():
            for stack in page["Stacks"]:
                if stack["StackName"].startswith(f"{self.settings.name}-"):
                    yield stack

    def rolled_out(self, name: str) -> str:
        """Give how many nodes have the newest pod of a DaemonSet.

        Counted by the controller's status alone; the rule holds at 0 nodes too (kubectl rollout status counts so).

        Raises:
            CheckFailedError: If it is not all of them.
        """
        live = self.daemon_set(name)
        status = live.get("status", {})
        wanted = status.get("desiredNumberScheduled", 0)
        updated, available = status.get("updatedNumberScheduled", 0), status.get("numberAvailable", 0)
        seen = status.get("observedGeneration", 0) >= live["metadata"]["generation"]
        got = f"{updated} updated, {available} available" if seen else "a controller that has not seen it"
        expect(seen and min(updated, available) >= wanted, f"{name} must run on all {wanted} nodes, got {got}")
        return f"{available}/{wanted} nodes"


def env_of(pod: dict[str, Any]) -> dict[str, dict[str, str | None]]:
    """Give container -> variable -> value of a pod template's spec; None where the value comes from elsewhere."""
    containers = (*pod.get("containers", []), *pod.get("initContainers", []))
    return {c["name"]: {e["name"]: e.get("value") for e in c.get("env", [])} for c in containers}
