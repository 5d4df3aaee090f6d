"""A running CoreDNS."""

from __future__ import annotations

import subprocess
import time
from typing import TYPE_CHECKING

from rehearsal.tether import tethered
from tests.dataplane.lab.errors import LabError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.dataplane.lab.namespaces import Namespaces

LONG, _RECORDS = "long", 40
_PATIENCE = 30  # seconds until it serves; on an idle machine 0.2


class CoreDNS:
    """One process in a namespace, serving from the moment it is made until `stop`."""

    def __init__(self, program: str, namespaces: Namespaces, name: str, corefile: str, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        config, self._log = folder / "Corefile", folder / "log"
        config.write_text(corefile)
        command = [*tethered(), "nsenter", f"--net={namespaces.path(name)}", program, "-conf", str(config)]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        end = time.monotonic() + _PATIENCE
        while "CoreDNS-" not in self._log.read_text():
            if self._process.poll() is not None or time.monotonic() > end:
                self.stop()
                raise LabError(f"CoreDNS must serve within {_PATIENCE} s, got: {self._log.read_text()[-600:]}")
            time.sleep(0.005)

    def stop(self) -> None:
        """End it at once."""
        self._process.kill()
        self._process.wait()


def answering(*addresses: str) -> str:
    """Return a Corefile for servers at these addresses whose first A record is the address that asked.

    Below the label of LONG there are more records than a UDP answer of 512 bytes holds.
    """
    more = " ".join(f'answer "{{{{ .Name }}}} 5 IN A 10.2.0.{n}"\n        ' for n in range(_RECORDS))
    return f""".:53 {{
    bind {" ".join(addresses)}
    template IN A {{
        match [.]{LONG}[.]
        answer "{{{{ .Name }}}} 5 IN A {{{{ .Remote }}}}"
        {more}fallthrough
    }}
    template IN A {{
        answer "{{{{ .Name }}}} 5 IN A {{{{ .Remote }}}}"
    }}
}}
"""
