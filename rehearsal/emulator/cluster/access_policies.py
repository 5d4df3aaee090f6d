"""EKS's access policies as RBAC of the real API server.

EKS judges them in an authorizer of its own. The emulator already translates their published rules into ClusterRoles and
bindings for groups that its token review adds; it lacks the API server to send them to.
"""

from ministack.core.responses import get_account_id, get_region
from ministack.services import eks

from rehearsal.emulator.cluster.planes import PLANES

_RBAC = "rbac.authorization.k8s.io/v1"
_BINDINGS = {"clusterrolebindings": "ClusterRoleBinding", "rolebindings": "RoleBinding"}


def install() -> None:
    """Let every change of an association reach the cluster before its operation answers."""
    eks._schedule_access_policy_reconcile = follow


def follow(name: str, account: str | None = None, region: str | None = None) -> None:
    """Make the cluster's bindings what its associations are now; without a control plane there is nothing to do."""
    account, region = account or get_account_id(), region or get_region()
    plane = PLANES.get(name, account, region)
    if plane is None:
        return
    api = plane.api
    namespaces = [item["metadata"]["name"] for item in api("GET", "/api/v1/namespaces")["items"]]
    wanted = set()
    for obj in eks._access_policy_rbac_objects(name, account, region, namespaces):
        api.apply(obj, "eks")
        wanted.add(api.path(obj))
    label = f"{eks._ACCESS_POLICY_BINDING_LABEL}%3Dtrue"
    for plural, kind in _BINDINGS.items():
        for item in api("GET", f"/apis/{_RBAC}/{plural}?labelSelector={label}")["items"]:
            obj = {"apiVersion": _RBAC, "kind": kind, "metadata": item["metadata"]}
            if api.path(obj) not in wanted:
                api.delete(obj)
