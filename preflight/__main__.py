"""Hold a file against its account before anything is deployed: python -m preflight --environment dev [--json]."""

import argparse
import signal
import sys

from rich.console import Console

from preflight import bootstrap, cluster, groups, network, offers, peers, quotas, subnets
from preflight.account import Account
from preflight.errors import PreflightError
from settings import Settings, SettingsError, load
from settings.printing import standard_output
from settings.problems import printable
from terminal import Progress
from verify.finding import Finding
from verify.telling import as_json, tell

LOOKS = (
    *bootstrap.LOOKS,
    *network.LOOKS,
    *subnets.LOOKS,
    *cluster.LOOKS,
    *offers.LOOKS,
    *quotas.LOOKS,
    *peers.LOOKS,
    *groups.LOOKS,
)
_INTERRUPTED = 130


def main() -> int:
    """Print what is as the file says and what is not; return 0 where all is, 1 where not, 2 if nothing is seen.

    Nothing is changed: every call reads.
    """
    given = _given()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell that starts us in the background has it ignored
    try:
        settings = load(given.environment)
        found = look(settings, Account(settings.region))
    except (SettingsError, PreflightError) as error:
        print("\n".join(map(printable, str(error).split("\n"))), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted; nothing was changed", file=sys.stderr)
        return _INTERRUPTED
    where = {"account": settings.account, "region": settings.region}
    with standard_output():
        if given.json:
            print(as_json(settings.name, where, found))
        else:
            tell(settings.name, f"account {settings.account}, {settings.region}", found, Console())
    return int(any(finding.problems for finding in found))


def look(settings: Settings, account: Account) -> list[Finding]:
    """Give what was found; in another account than the file's nothing more is looked at.

    Raises:
        PreflightError: If the account cannot be asked.
    """
    with Progress(f"looking at the account of {settings.name}") as progress:
        found = [bootstrap.ACCOUNT(settings, account)]
        for one in () if found[0] and found[0].problems else LOOKS:
            progress.note(one.what)
            found.append(one(settings, account))
    return [finding for finding in found if finding]


def _given() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m preflight",
        description="Hold an environment file against the account it names, with the shell's AWS credentials. "
        "It reads and changes nothing.",
    )
    parser.add_argument("--environment", default="dev", help="a name in environments/, or the path of a YAML file")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
