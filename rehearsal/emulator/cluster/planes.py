"""The control planes of the emulator's clusters."""

import json
from pathlib import Path
from typing import Any

import yaml
from ministack.core import tls
from ministack.core.responses import get_account_id, get_region
from ministack.services import iam

from rehearsal.control_plane import Api, ControlPlane, TokenReview
from rehearsal.emulator.cluster import pod_webhook
from rehearsal.emulator.cluster.branches import USER, Branches
from rehearsal.emulator.cluster.trunks import Trunks
from rehearsal.emulator.configuration import Configuration

Key = tuple[str, str, str]


class Planes:
    """A control plane for each cluster: started by CreateCluster, stopped by DeleteCluster or at exit."""

    def __init__(self) -> None:
        self._running: dict[Key, ControlPlane] = {}
        self._trunks: dict[Key, Trunks] = {}
        self._configuration: Configuration | None = None

    @property
    def configuration(self) -> Configuration:
        """What the launcher was told.

        Raises:
            RuntimeError: If it was told nothing yet.
        """
        if self._configuration is None:
            raise RuntimeError("Planes.configure must be called first, got no call")
        return self._configuration

    def configure(self, configuration: Configuration) -> None:
        """Take what the launcher was told."""
        self._configuration = configuration

    def start(self, cluster: dict[str, Any]) -> ControlPlane:
        """Start the control plane of an EKS record; its tokens are judged by the emulator's own token review.

        The CRDs of AWS's VPC resource controller, which EKS installs in every cluster, are there when this returns.

        Raises:
            ControlPlaneError: If it does not become ready.
        """
        key, config = self.key(cluster["name"]), self.configuration
        url = f"https://127.0.0.1:{config.port}/_ministack/eks-auth/{'/'.join(key)}/{cluster['_auth_token']}"
        plane = ControlPlane(
            Path(config.folder) / "clusters" / cluster["name"],
            {name: Path(path) for name, path in config.programs.items()},
            service_cidr=cluster["kubernetesNetworkConfig"]["serviceIpv4Cidr"],
            controllers=True,
            token_review=TokenReview(url, Path(tls.resolve_tls_material()[0])),
            kwok_module=Path(config.kwok),
        )
        token = plane.add_token(USER, ["system:masters"])
        plane.start()
        self._running[key] = plane
        for crd in sorted(Path(config.vpc_resource_controller, "config/crd/bases").glob("*.yaml")):
            plane.api.apply(yaml.safe_load(crd.read_text(encoding="utf-8")), "eks")
        pod_webhook.start(plane, Path(config.vpc_resource_controller))
        branches = Branches(Api(plane.endpoint, plane.ca_file, token), cluster, key[:2])
        role = iam._roles.get(cluster.get("roleArn", "").rpartition("/")[2]) or {}
        self._trunks[key] = Trunks(plane.api, role, branches)
        self._trunks[key].start()
        if config.heals:
            plane.processes.keep_up()
        self._write()
        return plane

    def get(self, name: str, account: str | None = None, region: str | None = None) -> ControlPlane | None:
        """Give the control plane of a cluster of the current (or the given) account and region."""
        return self._running.get(self.key(name, account, region))

    def stop(self, name: str) -> None:
        """Stop the control plane of a cluster; it is no error where there is none."""
        plane = self._running.pop(self.key(name), None)
        if trunks := self._trunks.pop(self.key(name), None):
            trunks.stop()
        if plane:
            plane.stop()
            self._write()

    def stop_all(self) -> None:
        """Stop all, last started first."""
        for trunks in self._trunks.values():
            trunks.stop()
        for plane in reversed(list(self._running.values())):
            plane.stop()
        self._running.clear()

    @staticmethod
    def key(name: str, account: str | None = None, region: str | None = None) -> Key:
        """Give account, region and name of a cluster."""
        return account or get_account_id(), region or get_region(), name

    def _write(self) -> None:
        """Tell the driver where the clusters are."""
        found = {
            name: {"endpoint": plane.endpoint, "kubeconfig": str(plane.kubeconfig), "seconds": plane.seconds}
            for (_account, _region, name), plane in self._running.items()
        }
        Path(self.configuration.folder, "clusters.json").write_text(json.dumps(found, indent=1), encoding="utf-8")


PLANES = Planes()
