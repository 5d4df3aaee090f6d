"""The emulator for one environment, and the way to it."""

import base64
import json
from pathlib import Path

from rehearsal import given_groups
from rehearsal.aws import Aws
from rehearsal.checks.scene import Scene
from rehearsal.client_environment import client_environment
from rehearsal.control_plane import Api
from rehearsal.emulator.configuration import Configuration
from rehearsal.emulator_process import EmulatorProcess
from rehearsal.errors import RehearsalError
from rehearsal.parts import ensure, module_dir
from rehearsal.ports import free_port
from rehearsal.prerequisites import NODE_MODULES
from rehearsal.workspace import Workspace
from settings import Settings
from settings.network import Peer


class Stage:
    """Prepare the emulator for an environment: the real parts, a free port, and the peers that exist beforehand.

    Args:
        workspace: Where its state goes.
        settings: The environment.
        heals: Whether a control plane starts programs that end by themselves again, as EKS does.

    Attributes:
        emulator: The emulator; not started yet.
        client_env: Environment of its clients.
        aws: Its AWS APIs.
    """

    def __init__(self, workspace: Workspace, settings: Settings, *, heals: bool = False) -> None:
        programs = ensure("kubernetes", "etcd", "kwok", "pod_webhook")
        self._vpc_cni = module_dir("vpc_cni")
        configuration = Configuration(
            folder=str(workspace.emulator),
            port=free_port(),
            account=settings.account,
            region=settings.region,
            programs={name: str(path) for name, path in programs.items()},
            kwok=str(module_dir("kwok")),
            vpc_cni=str(self._vpc_cni),
            vpc_resource_controller=str(module_dir("vpc_resource_controller")),
            node_modules=str(NODE_MODULES),
            peers=[_peer(peer, settings) for peer in settings.peers],
            roles=_roles(settings),
            prefix_lists=_prefix_lists(settings),
            offers=_offers(settings),
            heals=heals,
        )
        self.emulator = EmulatorProcess(workspace, configuration)
        self.client_env = client_environment(
            workspace,
            endpoint=self.emulator.endpoint,
            account=settings.account,
            region=settings.region,
            ca=self.emulator.ca,
        )

    @property
    def aws(self) -> Aws:
        """The AWS APIs; the emulator must have started, whose certificate they trust."""
        return Aws(self.client_env)

    def scene(self, settings: Settings) -> Scene:
        """Give what checks look at.

        Raises:
            RehearsalError: If there is not exactly one cluster.
        """
        clusters = self.emulator.clusters()
        if len(clusters) != 1:
            raise RehearsalError(f"the deploy must make one cluster, got {sorted(clusters)}")
        [(name, cluster)] = clusters.items()
        config = json.loads(Path(cluster["kubeconfig"]).read_text(encoding="utf-8"))
        where, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        ca = Path(cluster["kubeconfig"]).with_name("ca.pem")
        ca.write_bytes(base64.b64decode(where["certificate-authority-data"]))
        api = Api(where["server"], ca, user["token"])
        return Scene(settings, self.aws, api, name, self._vpc_cni, Path(cluster["kubeconfig"]))

    def make_given_groups(self, scene: Scene) -> None:
        """Let others make the groups that the environment's file names in its VPC, which is there by now.

        Raises:
            RehearsalError: If the emulator does not.
        """
        given_groups.make(self.emulator, self.aws.ec2, given_groups.given_groups(scene.settings), scene.vpc_id)

    def delete_given_groups(self, settings: Settings) -> None:
        """Let their owners delete them: a VPC goes when no group is left in it."""
        for group in given_groups.given_groups(settings):
            self.aws.ec2.delete_security_group(GroupId=group)


def _prefix_lists(settings: Settings) -> list[str]:
    named = {end.prefix_list_id for workload in settings.workloads for end in workload.ends}
    return sorted(filter(None, named))


def _offers(settings: Settings) -> dict[str, list[str]]:
    """Give what AWS must have for a new cluster."""
    types = {one for group in settings.node_groups for one in group.instance_types}
    offered = {"vpc-cni": [settings.pod_networking.vpc_cni.version], "instance types": sorted(types)}
    if cluster := settings.cluster:
        offered |= {"kube-proxy": [cluster.kube_proxy_version], "coredns": [cluster.coredns_version]}
    return offered


def _roles(settings: Settings) -> list[str]:
    """Give the roles that the file counts on: administrators, and accepters in the peers' accounts."""
    admins = settings.cluster.admin_role_arns if settings.cluster else ()
    return [*admins, *(peer.accepter_role_arn for peer in settings.peers if peer.accepter_role_arn)]


def _peer(peer: Peer, settings: Settings) -> dict[str, object]:
    """Give a peer as `rehearsal.emulator.seed` makes it."""
    side = peer.peer_side
    return {
        "vpc_id": peer.vpc_id,
        "transit_gateway_id": peer.transit_gateway_id,
        "cidrs": list(peer.cidrs),
        "account": peer.account or settings.account,
        "region": peer.region or settings.region,
        "route_table_ids": list(side.route_table_ids) if side else [],
        "security_group_ids": [side.security_group_id] if side and side.security_group_id else [],
    }
