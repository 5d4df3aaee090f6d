"""A small disk for one rehearsal, which can be filled."""

import ctypes
import os
import shutil
import sys
from pathlib import Path

from rehearsal.errors import RehearsalError

MEGABYTES = 4000
_OWN = "PODNET_OWN_MOUNTS"
_CHUNK = 1 << 20


def in_own_mounts() -> None:
    """Go on in a mount namespace of our own, where a file system of this process is seen by its children alone.

    Replaces this process; returns in the new one. As root or, where that is allowed, as nobody in particular.

    Raises:
        RehearsalError: If there is no program `unshare`.
    """
    if os.environ.get(_OWN):
        return
    unshare = shutil.which("unshare")
    if unshare is None:
        raise RehearsalError("PATH must hold unshare, got none; install util-linux: faults need Linux")
    way = ["--mount"] if os.geteuid() == 0 else ["--mount", "--user", "--map-root-user"]
    command = [unshare, *way, "--propagation", "private", sys.executable, "-m", "rehearsal.faults", *sys.argv[1:]]
    os.execve(unshare, command, {**os.environ, _OWN: "1"})  # noqa: S606  (no shell)


class Disk:
    """A tmpfs in the place of a folder.

    Args:
        folder: Where it is mounted; made where it is missing.
    """

    def __init__(self, folder: Path) -> None:
        self._filler = folder / "filler"
        folder.mkdir(parents=True, exist_ok=True)
        libc = ctypes.CDLL(None, use_errno=True)
        options = f"size={MEGABYTES}m,mode=0700".encode()
        if libc.mount(b"podnet", str(folder).encode(), b"tmpfs", 0, options):
            reason = os.strerror(ctypes.get_errno())
            raise RehearsalError(f"{folder} must become a small file system, got: {reason}; run it as root")

    def fill(self) -> int:
        """Take all that is free; give the bytes. To be called again, since others free some meanwhile."""
        taken = 0
        with self._filler.open("ab") as file:
            for size in (_CHUNK, 4096):
                try:
                    while True:
                        taken += os.write(file.fileno(), bytes(size))
                except OSError:
                    continue
        return taken

    def free(self) -> None:
        """Give it back."""
        self._filler.unlink(missing_ok=True)
