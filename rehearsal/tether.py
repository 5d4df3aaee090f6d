"""Run a program that dies with its parent: python -I -S tether.py <parent pid> <program> [arguments...].

Linux kills it as soon as the thread that started it is gone, SIGKILL included (prctl(2), PR_SET_PDEATHSIG); the setting
survives execve. Elsewhere the program just runs, and the next start ends it (`rehearsal.control_plane.ledger`).
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
PARENT = "parent"  # in the place of the parent's id: whoever it is when this starts


def tethered() -> list[str]:
    """Give what to write before a command so that the program dies with the calling *thread*."""
    return [sys.executable, "-I", "-S", __file__, str(os.getpid())]


def _main(parent: str, command: list[str]) -> None:
    expected = os.getppid() if parent == PARENT else int(parent)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != expected:  # it was gone before the setting was made
        sys.exit(1)
    os.execvp(command[0], command)  # noqa: S606  (there is no shell here, and none is wanted)


if __name__ == "__main__":
    _main(sys.argv[1], sys.argv[2:])
