"""What is made of the coredns add-on: the Service of cluster DNS and the Corefile; nobody answers a query."""

import ipaddress
from typing import Any

from rehearsal.control_plane import Api
from rehearsal.emulator.cluster.addon_configuration import check, read

_MANAGER = "eks"
_HOST = 10  # its Service has the tenth address of the service range (amazon-eks-ami, nodeadm)
# of the add-on's JSON schema (EKS user guide, Amazon EKS add-ons; describe-addon-configuration)
_KEYS = {
    "affinity",
    "autoScaling",
    "computeType",
    "corefile",
    "nodeSelector",
    "podAnnotations",
    "podDisruptionBudget",
    "podLabels",
    "replicaCount",
    "resources",
    "tolerations",
    "topologySpreadConstraints",
}
_CLUSTER = "kubernetes cluster.local in-addr.arpa ip6.arpa {\n    pods insecure\n    }"
_COREFILE = (
    f".:53 {{\n    errors\n    health\n    ready\n    {_CLUSTER}\n    forward . /etc/resolv.conf\n    cache 30\n}}\n"
)


class CoreDns:
    """Its objects in one cluster.

    Args:
        api: The cluster's API as admin.
    """

    def __init__(self, api: Api) -> None:
        self._api = api

    def apply(self, addon: dict[str, Any], service_cidr: str) -> None:
        """Make them as the add-on's record says; a Corefile that somebody else has edited stays, as PRESERVE wants it.

        Raises:
            RefusedError: If the configuration is not allowed.
        """
        values = read(addon.get("configurationValues", ""))
        check("$", values, _KEYS)
        self._api.apply(_service(str(ipaddress.ip_network(service_cidr)[_HOST])), _MANAGER)
        wanted = _config_map(str(values.get("corefile", _COREFILE)))
        if not _edited(self._api.get(wanted)):
            self._api.apply(wanted, _MANAGER)

    def remove(self) -> None:
        """Delete them."""
        for made in (_service(""), _config_map("")):
            self._api.delete(made)


def _edited(found: dict[str, Any] | None) -> bool:
    managers = (found or {"metadata": {}})["metadata"].get("managedFields", [])
    owners = {one["manager"] for one in managers if "f:Corefile" in one.get("fieldsV1", {}).get("f:data", {})}
    return bool(owners - {_MANAGER})


def _config_map(corefile: str) -> dict[str, Any]:
    about = {"name": "coredns", "namespace": "kube-system"}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": about, "data": {"Corefile": corefile}}


def _service(address: str) -> dict[str, Any]:
    ports = [
        {"name": "dns", "port": 53, "protocol": "UDP", "targetPort": 53},
        {"name": "dns-tcp", "port": 53, "protocol": "TCP", "targetPort": 53},
        {"name": "metrics", "port": 9153, "protocol": "TCP", "targetPort": 9153},
    ]
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "kube-dns", "namespace": "kube-system", "labels": {"k8s-app": "kube-dns"}},
        "spec": {"clusterIP": address, "selector": {"k8s-app": "kube-dns"}, "ports": ports},
    }
