"""Print the template for a peer's owner: python -m accepter --environment prod --peer partner [--connection pcx-…]."""

import argparse
import json
import sys

from accepter.answer import answer
from accepter.template import template
from settings import Settings, SettingsError, load
from settings.network import Peer
from settings.printing import say


def main() -> int:
    """Print it; return 1 where the file or the peer is not usable."""
    parser = argparse.ArgumentParser(prog="python -m accepter", description="Print a template for a peer's owner.")
    parser.add_argument("--environment", required=True, help="a name in environments/, or the path of a YAML file")
    parser.add_argument("--peer", required=True, help="its name in the file")
    parser.add_argument("--connection", help="its id, pcx-..., once it has been made")
    parser.add_argument(
        "--route-table",
        action="append",
        default=[],
        help="a table of the peer that routes back; the same order each time, new ones last",
    )
    parser.add_argument("--security-group", help="group of the peer's servers")
    parser.add_argument("--workload-group", action="append", default=[], help="namespace/name=sg-...: admit that group")
    given = parser.parse_args()
    try:
        settings = load(given.environment)
        peer = _peer(settings, given.peer)
        known = answer(
            settings,
            peer,
            connection=given.connection,
            route_tables=given.route_table,
            security_group=given.security_group,
            workload_groups=given.workload_group,
        )
        say(json.dumps(template(settings, peer, known), indent=1))
    except (SettingsError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _peer(settings: Settings, name: str) -> Peer:
    peers = {peer.name: peer for peer in settings.peers}
    if name not in peers:
        rule = (
            f"--peer must be one of {', '.join(peers)}" if peers else "--peer must be one of the file, which has none"
        )
        raise ValueError(f"{rule}, got {name}")
    return peers[name]


if __name__ == "__main__":
    sys.exit(main())
