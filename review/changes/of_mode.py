"""What another enforcing mode does: a pod follows the one that it was made in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from review.changes.effect import Effect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from review.changes.difference import Difference

CNI = "aws/amazon-vpc-cni-k8s, README.md"
MEASURED = "measured with AWS's CNI code, docs/dataplane.md"
ROLL = Effect(
    "rollout",
    "aws-node is replaced on a tenth of the nodes at a time; running pods keep their network, and a pod that starts "
    "there meanwhile waits",
    "aws/amazon-vpc-cni-k8s, charts/aws-vpc-cni/values.yaml, updateStrategy",
)
STRICT_PODS = "pods that were made in strict lose all DNS as soon as the cache runs on their node"
_PROBES = Effect(
    "pods",
    "kubelet's probes of pods that were made in strict fail once this deploy has taken the rule for them out of the "
    "shared group, so that all are unready until they are restarted: before it, admit `cluster: true` on the ports of "
    "probes by each workload's ingress",
    f"{MEASURED}; docs/operations.md, Switch the enforcing mode",
)


def mode(found: Difference) -> Iterator[Effect]:
    """Tell of another mode: of the pods that are there, and of the cache that comes with it."""
    yield ROLL
    sentence = f"a pod with groups of its own keeps {found.before} until it is restarted: restart all, one by one"
    yield Effect("pods", sentence, f"{CNI}, POD_SECURITY_GROUP_ENFORCING_MODE")
    if found.before == "strict":
        yield _PROBES
        if found.around[1]["dns_cache"]["enabled"]:
            yield Effect(
                "DNS gap", f"{STRICT_PODS}: deploy the mode alone, restart them, then enable the cache", MEASURED
            )
