"""Filters of EC2's descriptions that the papers name, and that the emulator passes over."""

import fnmatch
from typing import Any
from xml.etree import ElementTree as ET

from ministack.services import ec2

from rehearsal.emulator import query_api
from rehearsal.emulator.query_api import Query
from rehearsal.emulator.refused import RefusedError

_MOST = 200  # values of a call's filters (EC2 user guide, Filter resources)
# operation -> its list, and the element of an item that each filter looks at (EC2 API reference)
_FILTERS: dict[str, tuple[str, dict[str, str]]] = {
    "DescribeNetworkInterfaces": (
        "networkInterfaceSet",
        {"vpc-id": "vpcId", "group-id": "groupSet/item/groupId", "description": "description"},
    ),
    "DescribeSecurityGroups": (
        "securityGroupInfo",
        {
            "ip-permission.group-id": "ipPermissions/item/groups/item/groupId",
            "egress.ip-permission.group-id": "ipPermissionsEgress/item/groups/item/groupId",
        },
    ),
    "DescribeRouteTables": (
        "routeTableSet",
        {
            "route-table-id": "routeTableId",
            "route.state": "routeSet/item/state",
            "route.vpc-peering-connection-id": "routeSet/item/vpcPeeringConnectionId",
        },
    ),
    "DescribeVpcEndpoints": ("vpcEndpointSet", {"vpc-id": "vpcId"}),
}


def install() -> None:
    """Leave out of these descriptions what a filter does not want."""
    for action, (items, paths) in _FILTERS.items():
        ec2._ACTION_MAP[action] = _filtered(action, items, paths)


def _refuse(_: Query) -> str:
    raise RefusedError(
        "FilterLimitExceeded", f"The maximum number of filter values specified on a single call is {_MOST}"
    )


def _filtered(action: str, items: str, paths: dict[str, str]) -> Any:  # noqa: ANN401  (the emulator's operations)
    original = ec2._ACTION_MAP[action]

    def described(query: Query) -> Any:  # noqa: ANN401  (the emulator's reply)
        wanted = {path: patterns for name, path in paths.items() if (patterns := _patterns(query, name))}

        def leave_out(found: ET.Element, tag: str) -> None:
            for item in list(found):
                if not all(_has(item, path, tag, patterns) for path, patterns in wanted.items()):
                    found.remove(item)

        if sum(".Value." in key for key in query) > _MOST:
            return query_api.operation(action, _refuse)(query)
        reply = original(query)
        return query_api.changed(reply, items, leave_out) if wanted else reply

    return described


def _patterns(query: Query, name: str) -> list[str]:
    """Give the values of a filter, `Filter.1.Value.2` where `Filter.1.Name` has its name."""
    numbers = [key.split(".")[1] for key, given in query.items() if key.endswith(".Name") and given[0] == name]
    return [given[0] for n in numbers for key, given in query.items() if key.startswith(f"Filter.{n}.Value.")]


def _has(item: ET.Element, path: str, tag: str, patterns: list[str]) -> bool:
    found = [element.text or "" for element in item.findall("/".join(tag + name for name in path.split("/")))]
    return any(fnmatch.fnmatchcase(text, pattern) for text in found for pattern in patterns)
