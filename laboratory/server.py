"""A running DNS server, and what the kernel knows of it."""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from laboratory.namespaces import LaboratoryError

if TYPE_CHECKING:
    import subprocess


@dataclass
class Server:
    """A CoreDNS, or a node-cache."""

    process: subprocess.Popen[Any]
    log: Path

    def text(self) -> str:
        """Return all that it has printed."""
        return self.log.read_text()

    def asked(self, name: str) -> int:
        """Return how often the log plugin has seen a query for `name`, of any type."""
        return len(re.findall(rf'"\w+ IN {re.escape(name)}[.] ', self.text()))

    def wait(self) -> None:
        """Wait until it serves.

        Raises:
            LaboratoryError: it ended, or 20 s have passed.
        """
        end = time.monotonic() + 20
        while not re.search(r"CoreDNS-\d", self.text()):
            if self.process.poll() is not None or time.monotonic() > end:
                raise LaboratoryError(f"CoreDNS does not serve:\n{self.text()}")
            time.sleep(0.01)

    def stop(self) -> None:
        """End it at once."""
        self.process.kill()
        self.process.wait()

    def resident_mib(self) -> float:
        """Return its resident memory."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.findall(r"VmRSS:\s+(\d+) kB", status)[0]) / 1024

    def cpu_seconds(self) -> float:
        """Return the CPU time it has used, in user and kernel mode."""
        words = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")
