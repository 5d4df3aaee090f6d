"""Peers of this account: their ranges, what podnet changes there, and what stands in the way of its routes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from preflight.errors import MissingError, NotAskedError, NotTriedError
from preflight.look import Look
from preflight.network import existing, ranges
from preflight.routes import routes, tables_of, target_of
from review.uses import elsewhere
from settings.alike import some

if TYPE_CHECKING:
    from collections.abc import Iterator

    from preflight.account import Account
    from settings import Settings
    from settings.network import Peer

_TO_THE_INTERNET = ("nat-", "igw-")  # leads to no private range


def _here(settings: Settings) -> list[tuple[int, Peer]]:
    """Return the peers of the file's account, with their places in the file."""
    return [(i, one) for i, one in enumerate(settings.peers) if not elsewhere(settings, one)[0]]


def _others(settings: Settings, _: Account) -> NoReturn:
    """Name the peers that only their owners can look at."""
    named = [f"{peer.name} of {peer.account}" for peer in settings.peers if elsewhere(settings, peer)[0]]
    if named:
        raise NotTriedError(f"{some(named)}: the owners look at theirs (docs/peers.md)")
    raise NotAskedError


def _vpcs(settings: Settings, account: Account) -> Iterator[str]:
    peers = [(i, peer) for i, peer in _here(settings) if peer.vpc_id]
    if not peers:
        raise NotAskedError
    for i, peer in peers:
        region = peer.region or settings.region
        found = account.found("Vpcs", {"vpc-id": [peer.vpc_id or ""]}, region=region)
        if not found:
            yield f"peers[{i}].vpc_id: there is no {peer.vpc_id} in {region}"
            continue
        there = ranges(found[0])
        for cidr in sorted({*peer.cidrs} - there):
            path = "cidr" if cidr == peer.cidr else "further_cidrs"
            yield f"peers[{i}].{path}: the file has {cidr}, and {peer.vpc_id} has {', '.join(sorted(there))}"


def _sides(settings: Settings, account: Account) -> Iterator[str]:
    sides = [(i, peer, peer.peer_side) for i, peer in _here(settings) if peer.peer_side]
    if not sides:
        raise NotAskedError
    for i, peer, side in sides:
        path = f"peers[{i}].peer_side"
        tables = account.found("RouteTables", {"route-table-id": [*side.route_table_ids]})
        groups = account.found(
            "SecurityGroups", {"group-id": [side.security_group_id] if side.security_group_id else []}
        )
        of = {one["RouteTableId"]: one["VpcId"] for one in tables} | {one["GroupId"]: one["VpcId"] for one in groups}
        named = {f"{path}.route_table_ids": side.route_table_ids}
        named[f"{path}.security_group_id"] = (side.security_group_id,) if side.security_group_id else ()
        for where, ids in named.items():
            for one in ids:
                if one not in of:
                    yield f"{where}: there is no {one} in {settings.region}"
                elif peer.vpc_id and of[one] != peer.vpc_id:
                    yield f"{where}: {one} is of {of[one]}, and the peer is {peer.vpc_id}"


def _ways(settings: Settings, account: Account) -> Iterator[str]:
    """Find routes of others to a range that podnet routes: EC2 takes no second one."""
    if settings.cluster is None or not settings.peers:
        raise NotAskedError
    network = settings.existing_network
    wanted = []
    for i, peer in enumerate(settings.peers):
        back = peer.peer_side.route_table_ids if peer.peer_side else ()
        wanted += [(f"peers[{i}].peer_side.route_table_ids", table, settings.any_network.cidrs) for table in back]
        tables = network.private_route_table_ids if network else ()
        wanted += [("existing_network.private_route_table_ids", table, peer.cidrs) for table in tables]
    asked = account.found("RouteTables", {"route-table-id": sorted({table for _, table, _ in wanted})})
    found, own = {table["RouteTableId"]: table for table in asked}, _made(settings, account)
    for path, name, cidrs in wanted:
        # a route that is made goes before a propagated one
        for cidr, target in routes(found[name], propagated=False) if name in found else ():
            if cidr in cidrs and target not in own:
                yield f"{path}: {name} leads {cidr} to {target} already"


def _roads(settings: Settings, account: Account) -> Iterator[str]:
    """Find peers of an existing cluster to which its owner has made no way yet."""
    if settings.existing_cluster is None or not settings.peers:
        raise NotAskedError
    for subnet, table in tables_of(existing(settings), account).items():
        for i, peer in enumerate(settings.peers):
            for cidr in peer.cidrs:
                target = target_of(table, cidr)
                if not target or target.startswith(_TO_THE_INTERNET):
                    yield f"peers[{i}]: {subnet} leads {cidr} to {target or 'nothing'}"


def _made(settings: Settings, account: Account) -> set[str]:
    """Return what podnet's routes lead to once it is deployed: the connections of its stack, and gateways."""
    try:
        stack = f"{settings.name}-Network"
        found = account.every("cloudformation", "list_stack_resources", "StackResourceSummaries", StackName=stack)
    except MissingError:
        return set()
    gateways = {peer.transit_gateway_id for peer in settings.peers if peer.transit_gateway_id}
    return gateways | {one.get("PhysicalResourceId", "") for one in found}


LOOKS = (
    Look("peers' VPCs are there, with the ranges of the file", "write id and ranges of the VPC that is meant", _vpcs),
    Look(
        "route tables and groups of peers are in the peer's VPC",
        "write those of the peer; `aws ec2 describe-route-tables --filters Name=vpc-id,Values=<peer>` lists them",
        _sides,
    ),
    Look(
        "no route stands in the way of podnet's",
        "remove that route right before the deploy, which makes its own; or leave the table out of the file",
        _ways,
    ),
    Look(
        "private subnets lead to the peers",
        "have the VPC's owner make connection and routes: podnet makes them with a cluster of its own alone",
        _roads,
    ),
    Look("peers of other accounts are as the file says", "", _others),
)
