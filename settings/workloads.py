"""Which pods get which security groups, and what those groups allow."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from settings.fields import LabelKey, LabelValue, Name, Port, RuleDescription, SecurityGroupId
from settings.forms import Form, Section
from settings.network import RuleSource

Protocol = Literal["tcp", "udp", "icmp", "all"]
Labels = Annotated[dict[LabelKey, LabelValue], Field(min_length=1)]
_EVERYWHERE = "0.0.0.0/0"


class Rule(Section):
    """One rule of a workload's security group."""

    protocol: Protocol = "tcp"
    """`icmp` and `all` take no port."""
    port: Port | None = None
    """A single port, or the first of a range."""
    to_port: Port | None = None
    """Last port of a range; left out: the same as `port`."""
    source: RuleSource = Field(alias="from")
    """Who may send (ingress)."""
    description: Annotated[RuleDescription, Field(max_length=120)] = ""
    """Shown beside the rule in the console."""


class EgressRule(Section):
    """One rule for what the workload's pods may send."""

    protocol: Protocol = "tcp"
    """`icmp` and `all` take no port."""
    port: Port | None = None
    """A single port, or the first of a range."""
    to_port: Port | None = None
    """Last port of a range; left out: the same as `port`."""
    destination: RuleSource = Field(alias="to")
    """Who may be reached (egress)."""
    description: Annotated[RuleDescription, Field(max_length=120)] = ""
    """Shown beside the rule in the console."""


class Reach(Section):
    """A service that the workload must reach: in a peer, or one of this VPC by the group of its servers."""

    peer: Name | None = None
    """The peer, by its name in this file."""
    security_group_id: SecurityGroupId | None = None
    """An existing group in this VPC that podnet may change, such as a database's: it gets a rule for these pods."""
    protocol: Literal["tcp", "udp"] = "tcp"
    """Transport protocol."""
    port: Port
    """The service's port."""
    host: (
        Annotated[str, Form("[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?", "must be a name or an address", "mend it")]
        | None
    ) = None
    """The service's name or address; only `make verify ARGS="--as …"` connects to it."""


class Workload(Section):
    """Pods of one namespace that share security groups: one SecurityGroupPolicy."""

    name: Name
    """Name of the policy."""
    namespace: Name
    """Namespace of the pods; each namespace is a stack of its own."""
    pod_labels: Labels | None = None
    """Pods with all of these labels. With service_account_labels as well, both must hold."""
    service_account_labels: Labels | None = None
    """Pods whose service account has all of these labels (labels, not names)."""
    security_group_ids: Annotated[tuple[SecurityGroupId, ...], Field(max_length=15)] = ()
    """Existing groups that these pods get beside the shared one."""
    ingress: tuple[Rule, ...] = ()
    """What may reach these pods. Makes a group of their own."""
    egress: tuple[EgressRule, ...] | None = None
    """What these pods may reach; left out: whoever admits them. Makes a group of their own. DNS is in the shared group.
    A rule to the cluster opens the cluster's group too, which admits nobody else to plain pods and the API server."""
    reaches: tuple[Reach, ...] = ()
    """Services in peers, or behind groups of this VPC: ingress there, at a peer where podnet manages its side; egress
    here where egress is restricted."""

    @property
    def ends(self) -> tuple[RuleSource, ...]:
        """The other end of each of its rules: sources of ingress, then destinations of egress."""
        return (*(rule.source for rule in self.ingress), *(rule.destination for rule in self.egress or ()))

    @property
    def groups_of_rules(self) -> tuple[tuple[str, str], ...]:
        """Path below the workload, and id, of each security group that a rule names."""
        named = (
            *((f"ingress[{j}].from", rule.source.security_group_id) for j, rule in enumerate(self.ingress)),
            *((f"egress[{j}].to", rule.destination.security_group_id) for j, rule in enumerate(self.egress or ())),
            *((f"reaches[{j}]", reach.security_group_id) for j, reach in enumerate(self.reaches)),
        )
        return tuple((f"{path}.security_group_id", group) for path, group in named if group)

    @property
    def has_own_group(self) -> bool:
        """Whether podnet makes a security group for these pods."""
        return bool(self.ingress or self.reaches) or self.egress is not None

    @property
    def sends_everything(self) -> bool:
        """Whether nothing is kept in: no egress rules, or one for everything to everywhere."""
        anything = (rule.protocol == "all" and rule.destination.cidr == _EVERYWHERE for rule in self.egress or ())
        return self.egress is None or any(anything)
