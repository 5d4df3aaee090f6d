"""Start the laboratory, as whoever calls: root, or a user who may make user namespaces."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rehearsal.tether import tethered
from tests.dataplane.lab.errors import LabError
from tests.dataplane.lab.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.dataplane.lab.job import Job

_AT_ONCE, _LIMIT = 4, 300  # laboratories; seconds for each
_ROOT = Path(__file__).parents[3]
_TOOLS = {"ip": "iproute2", "iptables-restore": "iptables", "nft": "nftables"}
PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
# a /run of its own: there `ip netns` keeps its names and iptables its lock
_ENTER = ["sh", "-c", 'mount -t tmpfs tmpfs /run && exec "$@"', "sh"]
WAYS = (["unshare", "--net", "--mount"], ["unshare", "--user", "--map-root-user", "--net", "--mount"])


@dataclass(frozen=True)
class Findings:
    """What the laboratory told."""

    outcomes: tuple[Outcome, ...]
    notes: tuple[str, ...]


def measure(jobs: Sequence[Job]) -> Findings:
    """Do all jobs, some side by side: most of the time is waiting for packets that are lost.

    Raises:
        LabError: Something is missing, which is named with the line to type, or a job failed.
    """
    command = inside(sys.executable, "-m", "tests.dataplane.lab.inside")
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        done = list(pool.map(lambda some: _laboratory(command, some), [jobs[n::_AT_ONCE] for n in range(_AT_ONCE)]))
    notes = dict.fromkeys(note for found in done for note in found.notes)
    return Findings(tuple(outcome for found in done for outcome in found.outcomes), tuple(notes))


def _laboratory(command: list[str], jobs: Sequence[Job]) -> Findings:
    """Do jobs one after the other, in namespaces of their own."""
    if not jobs:
        return Findings((), ())
    try:
        done = subprocess.run(
            command,
            input="".join(job.to_json() + "\n" for job in jobs),
            capture_output=True,
            text=True,
            timeout=_LIMIT,
            cwd=_ROOT,
            env={**os.environ, "PATH": PATH},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise LabError(f"the laboratory must end within {_LIMIT} s, got no end: {len(jobs)} jobs") from error
    if done.returncode:
        raise LabError(f"the laboratory must end with 0, got {done.returncode}: {done.stderr.strip()[-1500:]}")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    notes = tuple(row["note"] for row in rows if "note" in row)
    return Findings(tuple(Outcome(**row) for row in rows if "note" not in row), notes)


def inside(*command: str) -> list[str]:
    """Return the command to run a program in namespaces of its own; it ends with the calling thread, killed or not.

    Raises:
        LabError: Programs are missing, or the kernel does not allow it.
    """
    missing = sorted({package for tool, package in _TOOLS.items() if not shutil.which(tool, path=PATH)})
    if missing:
        raise LabError(
            f"PATH must hold the tools of {', '.join(missing)}; type: sudo apt-get install {' '.join(missing)}"
        )
    said = ""
    for way in WAYS:
        tried = subprocess.run([*way, *_ENTER, "true"], capture_output=True, text=True, check=False)
        if not tried.returncode:
            return [*tethered(), *way, *_ENTER, *command]
        said = tried.stderr.strip()
    allow = "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0 kernel.unprivileged_userns_clone=1"
    raise LabError(
        f"this user must be able to make network namespaces, got: {said[-300:]}; run as root, or type: {allow}"
    )
