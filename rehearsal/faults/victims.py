"""Find the processes of a rehearsal that a fault strikes."""

import contextlib
import os
import signal
from pathlib import Path

from rehearsal.control_plane.ledger import Ledger
from rehearsal.workspace import Workspace

_FUNCTION = b"AWS_LAMBDA_FUNCTION_NAME="


def api_servers(workspace: Workspace) -> list[int]:
    """Give the process ids of the API servers that run."""
    ledgers = [Ledger(path) for path in workspace.emulator.glob("clusters/*/processes.json")]
    entries = [entry for ledger in ledgers for entry in ledger.entries()]
    return [entry.pid for entry in entries if entry.name == "kube-apiserver" and entry.alive]


def emulators(workspace: Workspace) -> list[int]:
    """Give the process id of the emulator where it runs."""
    return [entry.pid for entry in workspace.ledger.entries() if entry.name == "emulator" and entry.alive]


def command_lines(workspace: Workspace) -> list[int]:
    """Give the process ids of the CDK command lines that run."""
    return [entry.pid for entry in workspace.ledger.entries() if entry.name.startswith("cdk ") and entry.alive]


def handlers(workspace: Workspace) -> list[int]:
    """Give the process ids of Lambda's workers for podnet's handler and for the framework around it.

    A worker's environment names its function, as Lambda's does, and has the HOME that the emulator was started with.
    """
    return [pid for pid, function in _workers(workspace).items() if b"AwsNodeEnv" in function]


def leftovers(workspace: Workspace) -> list[int]:
    """Give the process ids of everything but command lines that a rehearsal has started and that still runs."""
    mine = command_lines(workspace)
    ledgers = [Ledger(path) for path in workspace.emulator.glob("clusters/*/processes.json")]
    programs = [entry.pid for ledger in ledgers for entry in ledger.entries() if entry.alive]
    return sorted({*programs, *_workers(workspace)} - {*mine})


def _workers(workspace: Workspace) -> dict[int, bytes]:
    home, found = f"HOME={workspace.folder / 'home'}".encode(), {}
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            entries = (process / "environ").read_bytes().split(b"\0")
            names = [entry for entry in entries if entry.startswith(_FUNCTION)]
            if names and home in entries:
                found[int(process.name)] = names[0]
    return found


def strike(pids: list[int], number: signal.Signals) -> list[int]:
    """Send a signal to each process; give those that were there."""
    struck = []
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
            struck.append(pid)
    return struck
