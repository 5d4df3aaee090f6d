"""CreateCluster starts a control plane, DeleteCluster stops it."""

from collections.abc import Callable
from typing import Any

from ministack.services import eks

from rehearsal.emulator.cluster import access_policies
from rehearsal.emulator.cluster.joining import REFUSED, Reply, around
from rehearsal.emulator.cluster.planes import PLANES
from rehearsal.emulator.recorded import RECORDED


def install() -> None:
    """Join the two operations."""
    around("_create_cluster")(_create)
    around("_delete_cluster")(_delete)


def _create(original: Callable[..., Reply], body: dict[str, Any], creator_arn: str | None = None) -> Reply:
    reply = original(body, creator_arn)
    if reply[0] >= REFUSED:
        return reply
    name = body["name"]
    record = eks._clusters[name]
    try:
        plane = PLANES.start(record)
    except BaseException:
        PLANES.stop(name)
        eks._clusters.pop(name)  # the record must not say what is not there
        raise
    record["endpoint"], record["certificateAuthority"]["data"] = plane.endpoint, plane.certificate_authority
    access_policies.follow(name)
    runs = plane.api("GET", "/version")["gitVersion"]
    RECORDED.note(f"cluster {name}", _missing(record, runs))
    print(f"cluster {name}: control plane {runs} at {plane.endpoint} after {plane.seconds:.1f} s", flush=True)
    answer: Reply = eks._describe_cluster(name)
    return answer


def _delete(original: Callable[..., Reply], name: str) -> Reply:
    reply = original(name)
    if reply[0] < REFUSED:
        PLANES.stop(name)
    return reply


def _missing(record: dict[str, Any], runs: str) -> str:
    parts = ["endpoint access, private networking and control-plane logs"]
    if record.get("encryptionConfig"):
        parts.append("encryption of secrets")
    if not runs.startswith(f"v{record['version']}."):
        parts.append(f"its version {record['version']} (the API server is {runs})")
    return f"{', '.join(parts)} are recorded"
