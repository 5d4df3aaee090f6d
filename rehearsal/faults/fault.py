"""The faults, and the moment at which one strikes."""

import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from rehearsal.faults import victims
from rehearsal.faults.disk import Disk
from rehearsal.workspace import Workspace

_PAUSE, _FULL = 5.0, 8.0
_LOOK_SECONDS = 0.1


@dataclass(frozen=True)
class Fault:
    """One kind of fault.

    Attributes:
        name: What happens, in words.
        begin: Make it happen; False where there is nothing that it could happen to yet.
        end: Undo it.
        seconds: How long it lasts; 0 for what nobody undoes.
    """

    name: str
    begin: Callable[[], object]
    end: Callable[[], object]
    seconds: float = 0


def faults(workspace: Workspace, disk: Disk) -> list[Fault]:
    """Give all kinds of faults for a rehearsal."""
    processes: dict[str, Callable[[Workspace], list[int]]] = {
        "the API server": victims.api_servers,
        "the emulator": victims.emulators,
        "the handler": victims.handlers,
        "the command line": victims.command_lines,
    }

    def signals(name: str, number: signal.Signals) -> Callable[[], object]:
        return lambda: victims.strike(processes[name](workspace), number)

    kills = [Fault(f"kill {name}", signals(name, signal.SIGKILL), lambda: None) for name in processes]
    pauses = [
        Fault(f"{name} says nothing", signals(name, signal.SIGSTOP), signals(name, signal.SIGCONT), _PAUSE)
        for name in ("the API server", "the emulator")
    ]
    return [*kills, *pauses, Fault("the disk is full", disk.fill, disk.free, _FULL)]


class Striker(threading.Thread):
    """Let a fault happen at a moment of something that runs.

    Args:
        fault: What happens.
        after: Seconds from the start; later where there is nothing to strike before.

    Attributes:
        after: As given.
        struck: Whether it happened.
    """

    def __init__(self, fault: Fault, after: float) -> None:
        super().__init__(daemon=True)
        self._fault, self.after = fault, after
        self._over = threading.Event()
        self.struck = False

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Halt, also after Ctrl-C: what says nothing could not be stopped."""
        self.halt()

    def run(self) -> None:
        """Wait, strike, and undo it after its time, whether or not the other has ended."""
        if self._over.wait(self.after):
            return
        while not self._fault.begin():
            if self._over.wait(_LOOK_SECONDS):
                return
        self.struck = True
        self._over.wait(self._fault.seconds)
        self._fault.end()

    def halt(self) -> None:
        """What ran has ended: undo the fault, and strike no more."""
        self._over.set()
        self.join()
