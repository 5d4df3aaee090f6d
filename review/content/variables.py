"""The variables of aws-node: value, reason, and what would happen without."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from settings import Settings

_TOLD = {
    ("ENABLE_POD_ENI", "true"): (
        "gives nodes a trunk ENI, and pods that a policy selects a branch ENI with groups of their own",
        "policies are accepted and change nothing: pods keep the node's groups",
    ),
    ("POD_SECURITY_GROUP_ENFORCING_MODE", "standard"): (
        "keeps traffic between a pod and its node on the node, so that pods with their own groups reach the node cache",
        "the default is strict: such pods lose all DNS to the cache, and link-local services of the node",
    ),
    ("POD_SECURITY_GROUP_ENFORCING_MODE", "strict"): (
        "sends every packet of a pod with groups of its own through the VPC, so that its groups judge all of them",
        "strict is the default as well: written down so that it stays",
    ),
    ("AWS_VPC_K8S_CNI_EXTERNALSNAT", "true"): (
        "leaves address translation to the NAT gateways, so that peers see the address and the groups of the pod",
        "traffic to peers leaves with the node's address and groups, and a peer that admits the pod's group refuses it",
    ),
    ("AWS_VPC_K8S_CNI_EXTERNALSNAT", "false"): (
        "the node translates what leaves the VPC to its own address",
        "false is the default as well: written down so that it stays",
    ),
    ("DISABLE_TCP_EARLY_DEMUX", "true"): (
        "for TCP probes in strict mode; in standard mode it changes no flow and costs 6 % of a local round trip",
        "in standard mode nothing; in strict mode such pods never get ready",
    ),
}
# pods with groups of their own keep their address in strict mode, whatever the SNAT variables say
_STRICT = {
    ("AWS_VPC_K8S_CNI_EXTERNALSNAT", "true"): (
        "leaves address translation to the NAT gateways for plain pods too: others keep their address in strict mode",
        "what plain pods send to peers leaves with the node's address",
    ),
    ("AWS_VPC_K8S_CNI_EXTERNALSNAT", "false"): (
        "the node translates what plain pods send out of the VPC to its own address: others keep theirs in strict mode",
        "false is the default as well: written down so that it stays",
    ),
}
_WITHOUT_CACHE = (
    "keeps traffic between a pod and its node on the node: probes, and link-local services of the node",
    "the default is strict: such pods lose link-local services of the node",
)
_NO_EXCLUSION = ("no effect: with AWS_VPC_K8S_CNI_EXTERNALSNAT=true the node translates nothing", "the same")
_OTHER = ("set by the environment file", "the default of aws-node")


def variables(settings: Settings) -> list[dict[str, str]]:
    """Return each variable with container, value, why it is set, and what happens without it."""
    carried = settings.cluster is not None and settings.pod_networking.addon_configuration
    found = []
    for container, values in settings.pod_networking.variables().items():
        for name, value in values.items():
            why, without = _told(settings, name, value)
            found.append(
                {
                    "variable": name,
                    "container": container,
                    "value": value,
                    "why": why,
                    "without": without,
                    "carried_by": "the add-on's configuration, and podnet's patch" if carried else "podnet's patch",
                }
            )
    return found


def _told(settings: Settings, name: str, value: str) -> tuple[str, str]:
    """Return why a variable is set, and what happens without it."""
    pods = settings.pod_networking
    strict = pods.enforcing_mode == "strict"
    if name == "AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS":
        packets = "packets of plain pods" if strict else "packets"
        keep = f"{packets} to these ranges keep the pod's address although the node translates others"
        leave = f"{packets} to these ranges leave with the node's address" + " and groups" * (not strict)
        return _NO_EXCLUSION if pods.external_snat else (keep, leave)
    if name == "POD_SECURITY_GROUP_ENFORCING_MODE" and not strict and not pods.dns_cache.enabled:
        return _WITHOUT_CACHE
    return (_STRICT if strict else {}).get((name, value)) or _TOLD.get((name, value), _OTHER)
