"""What changes of CoreDNS do: its version, and the configuration of its add-on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from review.changes.effect import Effect, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from review.changes.difference import Difference


def _configuration(found: Difference) -> Iterator[Effect]:
    """Tell of it as a whole: what EKS does with a key of it, EKS knows."""
    if found.after is None:
        yield Effect(
            "nothing",
            "EKS keeps the configuration that the file no longer names: write {} to go back to EKS's own",
            "aws-cloudformation/cloudformation-coverage-roadmap#1913",
        )
        return
    yield Effect(
        "DNS",
        "EKS configures CoreDNS anew, in place of what somebody else has set at the add-on, and replaces its pods in "
        "turn where they change; running ones read another corefile. Names that a node's cache knows are answered",
        "EKS API reference, UpdateAddon; coredns.io, reload",
    )


TABLE: Table = {
    "cluster.coredns_configuration": _configuration,
    "cluster.coredns_version": Effect(
        "DNS",
        "CoreDNS pods are replaced in turn; names that a node's cache knows are answered all the while",
        "EKS user guide, Update the CoreDNS add-on",
    ),
}
