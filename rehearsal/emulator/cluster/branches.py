"""Branch ENIs of pods, as EKS's VPC resource controller makes them: a network interface of EC2's, and the annotation.

After amazon-vpc-resource-controller-k8s: pkg/provider/branch (interface, annotation, cooldown) and pkg/utils/helper.go
(groups are the union of all policies that select the pod, looked up again when the interface is made). No packet ever
meets the interface; but EC2 refuses to delete a group that one carries.
"""

import json
import time
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import ec2

from rehearsal.control_plane import Api
from rehearsal.emulator.operations import call_ec2, text_of

USER = "eks:vpc-resource-controller"
"""The only user that the validating webhook lets write the annotation."""
_ANNOTATION = _RESOURCE = "vpc.amazonaws.com/pod-eni"
_POLICIES = "/apis/vpcresources.k8s.aws/v1beta1/securitygrouppolicies"
_MERGE = "application/merge-patch+json"
_COOLDOWN_SECONDS = 2  # 60 on EKS

Json = dict[str, Any]


class Branches:
    """Makes and removes the branch ENIs of one cluster.

    Args:
        api: The cluster's API as `USER`.
        cluster: The EKS record of the cluster.
        place: Its account and region.
    """

    def __init__(self, api: Api, cluster: Json, place: tuple[str, str]) -> None:
        self._api = api
        self._cluster = cluster
        self._place = place
        self._held: dict[str, str] = {}
        self._cooling: dict[str, float] = {}

    def look(self) -> None:
        """Give each scheduled pod that waits for one its interface; remove those whose pod is gone and cooled down."""
        pods = {pod["metadata"]["uid"]: pod for pod in self._api("GET", "/api/v1/pods")["items"]}
        for uid, pod in pods.items():
            if uid not in self._held and pod["spec"].get("nodeName") and _waits(pod):
                self._give(uid, pod)
        for uid in [uid for uid in self._held if uid not in pods]:
            self._cooling[self._held.pop(uid)] = time.monotonic() + _COOLDOWN_SECONDS
        for interface in [name for name, until in self._cooling.items() if until < time.monotonic()]:
            with request_scope(*self._place):
                call_ec2("DeleteNetworkInterface", NetworkInterfaceId=interface)
            del self._cooling[interface]

    def _give(self, uid: str, pod: Json) -> None:
        groups = self._groups(pod) or [self._cluster["resourcesVpcConfig"]["clusterSecurityGroupId"]]
        numbered = {f"SecurityGroupId__{number}": group for number, group in enumerate(groups, 1)}
        subnet = self._cluster["resourcesVpcConfig"]["subnetIds"][0]
        with request_scope(*self._place):
            answer = call_ec2("CreateNetworkInterface", SubnetId=subnet, Description="aws-k8s-branch-eni", **numbered)
            interface = text_of(answer, "networkInterfaceId")
            address = ec2._network_interfaces[interface]["PrivateIpAddress"]
        self._held[uid] = interface
        content = json.dumps([{"eniId": interface, "privateIp": address, "vlanId": len(self._held)}])
        path = f"/api/v1/namespaces/{pod['metadata']['namespace']}/pods/{pod['metadata']['name']}"
        self._api("PATCH", path, {"metadata": {"annotations": {_ANNOTATION: content}}}, _MERGE)

    def _groups(self, pod: Json) -> list[str]:
        namespace = pod["metadata"]["namespace"]
        account = f"/api/v1/namespaces/{namespace}/serviceaccounts/{pod['spec'].get('serviceAccountName', 'default')}"
        labels = {
            "podSelector": pod["metadata"].get("labels", {}),
            "serviceAccountSelector": self._api("GET", account)["metadata"].get("labels", {}),
        }
        found: dict[str, None] = {}
        for policy in self._api("GET", _POLICIES)["items"]:
            selectors = {key: policy["spec"][key] for key in labels if policy["spec"].get(key) is not None}
            chosen = all(s.get("matchLabels", {}).items() <= labels[key].items() for key, s in selectors.items())
            if policy["metadata"]["namespace"] == namespace and selectors and chosen:
                found |= dict.fromkeys(policy["spec"]["securityGroups"]["groupIds"])
        return list(found)


def _waits(pod: Json) -> bool:
    wanted = pod["spec"]["containers"][0].get("resources", {}).get("limits", {})
    return _RESOURCE in wanted and _ANNOTATION not in pod["metadata"].get("annotations", {})
