"""How the emulator ends: at once and with everything that it started."""

import asyncio
import importlib
import os
import signal
import sys
from collections.abc import Callable

from rehearsal.emulator.cluster.planes import PLANES
from rehearsal.emulator.idle_functions import weeks_pass


def end() -> None:
    """Stop the control planes in order, then this process with its Lambda workers and what they run.

    A shutdown in good order would first wait for every Lambda that still runs, and one may wait for a cluster that is
    no more. The driver starts the emulator as leader of a process group, which the workers share.
    """
    PLANES.stop_all()
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(0)


def end_with_parent(make_group: Callable[[str, str], None], write_inventory: Callable[[str], None]) -> None:
    """End when the starter is gone (its end of the pipe to our standard input closes), unless it said "keep" before.

    On "weeks" it lets functions go idle; "group", a VPC and an id make that security group; "inventory" and a number
    write down everything that there is.
    """
    for line in sys.stdin:
        match line.split():
            case ["keep"]:
                return
            case ["weeks"]:
                weeks_pass()
            case ["group", vpc_id, group_id]:
                make_group(vpc_id, group_id)
            case ["inventory", number]:
                write_inventory(number)
    end()


def end_on_signals() -> None:
    """Let the server, whose own handlers wait as told above, end so on SIGTERM and SIGINT."""
    server = importlib.import_module("hypercorn.asyncio")  # in the emulator's venv only
    original = server.serve

    async def serve(app: object, config: object) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, end)
        await original(app, config, shutdown_trigger=asyncio.Event().wait)

    setattr(server, "serve", serve)  # noqa: B010  (mypy knows nothing of the module)
