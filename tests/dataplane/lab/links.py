"""Which kinds of links this kernel has, and what stands in for those that it lacks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.dataplane.lab.errors import LabError

if TYPE_CHECKING:
    from tests.dataplane.lab.namespaces import Namespaces


@dataclass(frozen=True)
class Links:
    """The kinds that the kernel has."""

    vlan: bool
    dummy: bool

    @property
    def replaced(self) -> tuple[str, ...]:
        """Say what is replaced, one line for each."""
        found = []
        if not self.vlan:
            found.append("vlan: this kernel has none; veth links stand for vlan.eth.N, the pods' branch ENIs")
        if not self.dummy:
            found.append("dummy: this kernel has none; a bridge without ports holds the node's link-local addresses")
        return tuple(found)

    def holding(self, name: str, *addresses: str) -> list[str]:
        """Return lines of `ip` that make a link which only holds addresses.

        Never the loopback: an address of global scope there becomes the node's source address towards pods.
        """
        kind = "dummy" if self.dummy else "bridge"
        held = [f"address add {address}/32 dev {name}" for address in addresses]
        return [f"link add {name} type {kind}", f"link set {name} up", *held]


def probe(namespaces: Namespaces, name: str) -> Links:
    """Find out in a namespace, which is left as it was."""

    def known(line: str) -> bool:
        try:
            namespaces.ip(name, f"link add probe {line}", "link delete probe")
        except LabError:
            return False
        return True

    namespaces.ip(name, "link add probed type veth peer name probed-end")
    found = Links(vlan=known("link probed type vlan id 1"), dummy=known("type dummy"))
    namespaces.ip(name, "link delete probed")
    return found
