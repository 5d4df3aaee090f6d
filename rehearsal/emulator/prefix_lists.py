"""Prefix lists in security group rules, which the emulator's reader of rules passes over, and lists that are given."""

from typing import Any

from ministack.core.responses import request_scope
from ministack.services import ec2

from rehearsal.emulator.operations import call_ec2, text_of
from rehearsal.emulator.refused import RefusedError

_RANGE = {"Entry__1__Cidr": "198.51.100.0/24", "MaxEntries": 1}  # of an example (RFC 5737): nothing is sent to it


def install() -> None:
    """Let rules that are added and taken away have prefix lists."""
    original = ec2._parse_ip_permissions

    def parse(params: dict[str, Any], prefix: str) -> list[dict[str, Any]]:
        rules: list[dict[str, Any]] = original(params, prefix)
        for number, rule in enumerate(rules, 1):
            key = f"{prefix}.{number}.PrefixListIds.1"
            if found := ec2._p(params, f"{key}.PrefixListId"):
                described = ec2._p(params, f"{key}.Description")
                rule["PrefixListIds"].append(
                    {"PrefixListId": found, **({"Description": described} if described else {})}
                )
        return rules

    ec2._parse_ip_permissions = parse


def make(account: str, region: str, list_id: str) -> None:
    """Make a prefix list of one entry under an id that is given, as somebody who is not podnet would."""
    with request_scope(account, region):
        words = {"PrefixListName": f"given-{list_id}", "AddressFamily": "IPv4", **_RANGE}
        made = ec2._prefix_lists.pop(text_of(call_ec2("CreateManagedPrefixList", **words), "prefixListId"))
        ec2._prefix_lists[list_id] = {**made, "PrefixListId": list_id}


def check(list_id: str) -> None:
    """Refuse a list that is not there (EC2 API reference, Error codes).

    Raises:
        RefusedError: If there is none of this id.
    """
    if list_id not in ec2._prefix_lists:
        raise RefusedError("InvalidPrefixListID.NotFound", f"The prefix list ID '{list_id}' does not exist")
