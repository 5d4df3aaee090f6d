"""What is made of the kube-proxy add-on: its configuration; no rule is written on any node."""

import json
from typing import Any

from rehearsal.control_plane import Api
from rehearsal.emulator.cluster.addon_configuration import read

_MANAGER = "eks"
_MODE = "iptables"  # EKS user guide, "Managing kube-proxy in Amazon EKS clusters"


class KubeProxy:
    """Its objects in one cluster.

    Args:
        api: The cluster's API as admin.
    """

    def __init__(self, api: Api) -> None:
        self._api = api

    def apply(self, addon: dict[str, Any]) -> None:
        """Make them as the add-on's record says.

        Raises:
            RefusedError: If the configuration is no JSON object.
        """
        mode = str(read(addon.get("configurationValues", "")).get("mode", _MODE))
        self._api.apply(_config_map(mode), _MANAGER)

    def remove(self) -> None:
        """Delete them."""
        self._api.delete(_config_map(""))


def _config_map(mode: str) -> dict[str, Any]:
    about = {"name": "kube-proxy-config", "namespace": "kube-system"}
    head = "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n"
    data = {"config": f"{head}mode: {json.dumps(mode)}\n"}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": about, "data": data}
