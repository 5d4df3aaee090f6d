"""How many vCPUs the account may run, beside what its node groups start with."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from preflight.errors import NotAskedError
from preflight.look import Look

if TYPE_CHECKING:
    from collections.abc import Iterator

    from preflight.account import Account
    from settings import Settings

# Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances, and the same of spot requests (EC2 service quotas);
# families that begin with such a letter and have quotas of their own are left out
_QUOTAS = {"on-demand": "L-1216C47A", "spot": "L-34B43A08"}
_STANDARD = re.compile(r"(?!dl|hpc|inf|mac|trn)[acdhimrtz][a-z-]*\d")


def _vcpus(settings: Settings, account: Account) -> Iterator[str]:
    groups = [one for one in settings.node_groups if all(map(_STANDARD.match, one.instance_types))]
    if not groups:
        raise NotAskedError
    for capacity in sorted({group.capacity for group in groups}):
        of = [group for group in groups if group.capacity == capacity]
        asked = account.ask("service-quotas", "get_service_quota", ServiceCode="ec2", QuotaCode=_QUOTAS[capacity])
        allowed = asked["Quota"]["Value"]
        types = sorted({one for group in of for one in group.instance_types})
        found = account.found("InstanceTypes", {"instance-type": types})
        each = {one["InstanceType"]: one["VCpuInfo"]["DefaultVCpus"] for one in found}
        wanted = sum(group.desired_size * min(each.get(one, 0) for one in group.instance_types) for group in of)
        if wanted > allowed:
            yield (
                f"node_groups: {capacity} nodes start with {wanted} vCPUs of standard instances, and the account may "
                f"run {allowed:g}"
            )


LOOKS = (
    Look(
        "the account may run the nodes of the file",
        "have the quota raised: `aws service-quotas request-service-quota-increase`; or take fewer, or smaller, nodes",
        _vcpus,
    ),
)
