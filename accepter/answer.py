"""What the owner of a peer answers."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from accepter.rules import wanted
from settings.fields import PeeringConnectionId, RouteTableId, SecurityGroupId
from settings.problems import from_validation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from settings import Settings
    from settings.network import Peer

_CONNECTION: TypeAdapter[str] = TypeAdapter(PeeringConnectionId)
_TABLE: TypeAdapter[str] = TypeAdapter(RouteTableId)
_GROUP: TypeAdapter[str] = TypeAdapter(SecurityGroupId)


@dataclasses.dataclass(frozen=True)
class Answer:
    """What the peer's owner knows and the environment file does not.

    Attributes:
        connection: Id of the peering connection; empty before podnet's first deploy.
        route_tables: Tables of the peer that get the route back.
        security_group: Group of the peer's servers; empty for no rule.
        workload_groups: {namespace/name: id of the workload's group}, to admit a group rather than the VPC's range.
    """

    connection: str = ""
    route_tables: Sequence[str] = ()
    security_group: str = ""
    workload_groups: Mapping[str, str] = dataclasses.field(default_factory=dict)


def answer(
    settings: Settings,
    peer: Peer,
    *,
    connection: str | None,
    route_tables: Iterable[str],
    security_group: str | None,
    workload_groups: Iterable[str],
) -> Answer:
    """Give the answer of a command line; what was left out is None or empty.

    Raises:
        ValueError: With the option, what must hold and the fix, where one would otherwise be passed over in silence.
    """
    groups = _groups(settings, peer, workload_groups)
    checked = Answer(
        "" if connection is None else _checked("--connection", _CONNECTION, connection),
        [_checked("--route-table", _TABLE, table) for table in dict.fromkeys(route_tables)],
        "" if security_group is None else _checked("--security-group", _GROUP, security_group),
        groups,
    )
    if groups and peer.region not in (None, settings.region):
        raise ValueError(f"--workload-group must be left out: no rule in {peer.region} can name a group of this region")
    if groups and not checked.security_group:
        raise ValueError("--workload-group must come with --security-group, the group that admits it, got none")
    if (checked.route_tables or checked.security_group) and not checked.connection:
        made = "give the one that is there" if settings.existing_cluster else "deploy podnet first, which makes it"
        fix = f"{made}, pcx-…"
        raise ValueError(f"--route-table and --security-group must come with --connection, got none\n    fix: {fix}")
    return checked


def _groups(settings: Settings, peer: Peer, pairs: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, group in (_group(settings, peer, pair) for pair in pairs):
        if found.setdefault(name, group) != group:
            raise ValueError(
                f"--workload-group {name} must have one group, got {found[name]} and {group}: leave one out"
            )
    return found


def _group(settings: Settings, peer: Peer, pair: str) -> tuple[str, str]:
    """Give name and group of a workload that talks with the peer."""
    name, equals, group = pair.partition("=")
    option = "--workload-group"
    if not equals:
        raise ValueError(f"{option} must be namespace/name=sg-…, got {pair!r}")
    if name not in (known := wanted(settings, peer)):
        fix = f"choose from: {', '.join(known) or 'there is none'}"
        raise ValueError(f"{option} must name a workload with rules to {peer.name}, got {name!r}\n    fix: {fix}")
    return name, _checked(f"{option} {name}", _GROUP, group)


def _checked(option: str, form: TypeAdapter[str], value: str) -> str:
    """Give the value where it has the form that it must have in a file of settings."""
    try:
        return form.validate_python(value)
    except ValidationError as error:
        problem = from_validation(dict(error.errors(include_url=False)[0]))
        raise ValueError(str(dataclasses.replace(problem, path=option))) from error
