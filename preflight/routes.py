"""Route tables: which one a subnet uses, and where it leads."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from preflight.errors import NotTriedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from preflight.account import Account, Json
    from settings.network import ExistingNetwork

_PROPAGATED = "EnableVgwRoutePropagation"


def tables_of(network: ExistingNetwork, account: Account) -> dict[str, Json]:
    """Return the route table of each private subnet: the VPC's main one where it has none of its own.

    Raises:
        NotTriedError: If there is no such VPC.
    """
    tables = account.found("RouteTables", {"vpc-id": [network.vpc_id]})
    if not tables:
        raise NotTriedError(f"there is no {network.vpc_id}")
    of = {link.get("SubnetId"): table for table in tables for link in table.get("Associations", ())}
    main = next(table for table in tables if any(link.get("Main") for link in table.get("Associations", ())))
    return {subnet: of.get(subnet, main) for subnet in network.private_subnet_ids}


def routes(table: Json, *, propagated: bool = True) -> Iterator[tuple[str, str]]:
    """Yield range and target of each IPv4 route out of the VPC, those that a gateway propagates among them or not."""
    for route in table["Routes"]:
        target = next((value for key, value in route.items() if key.endswith(("Id", "Arn")) and value != "local"), "")
        if "DestinationCidrBlock" in route and target and (propagated or route.get("Origin") != _PROPAGATED):
            yield route["DestinationCidrBlock"], target


def target_of(table: Json, cidr: str) -> str:
    """Return where a table leads a whole range: the narrowest route around it decides; "" for nowhere."""
    wanted = ipaddress.IPv4Network(cidr)
    around = [(ipaddress.IPv4Network(one), target) for one, target in routes(table)]
    found = [(network.prefixlen, target) for network, target in around if wanted.subnet_of(network)]
    return max(found, default=(0, ""))[1]
