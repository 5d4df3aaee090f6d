"""The running emulator."""

import json
import subprocess
import time
import urllib.error
import urllib.request
from ssl import create_default_context
from typing import Any

from rehearsal.client_environment import base_environment
from rehearsal.emulator.configuration import Configuration
from rehearsal.errors import RehearsalError
from rehearsal.prerequisites import EMULATOR_PYTHON
from rehearsal.workspace import PROJECT, Workspace

_READY_SECONDS = 30
_STOP_SECONDS = 40
_TELL_SECONDS = 10


class EmulatorProcess:
    """Start and stop the emulator.

    It holds the other end of a pipe: when this process is gone, whatever the reason, it stops by itself.

    Attributes:
        endpoint: https URL for all AWS calls.
        ca: PEM file with the emulator's certificate.
        runs: Whether it runs, also when it is kept.
    """

    def __init__(self, workspace: Workspace, configuration: Configuration) -> None:
        self._workspace = workspace
        self._configuration = configuration
        self._process: subprocess.Popen[str] | None = None
        self._inventories = 0
        self.runs = False
        self.endpoint = f"https://127.0.0.1:{configuration.port}"
        self.ca = workspace.folder / "tmp" / "ministack-tls" / "server.crt"

    def start(self) -> None:
        """Start it and wait until it answers.

        Raises:
            RehearsalError: If it ends or does not answer in 30 s.
        """
        config = self._configuration
        file = config.write(self._workspace.emulator / "configuration.json")
        env = base_environment(self._workspace) | {
            "AUTH": "true",  # IAM is judged; without it every token is system:masters
            "USE_SSL": "1",
            "BIND_HOST": "127.0.0.1",
            "MINISTACK_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(config.port),
            "MINISTACK_ACCOUNT_ID": config.account,
            "MINISTACK_REGION": config.region,
            "LAMBDA_EXECUTOR": "local",
            "IOT_MTLS_ENABLED": "0",  # would listen on all interfaces
            "SFTP_ENABLED": "0",  # would listen on all interfaces
        }
        with self._workspace.log("emulator").open("ab") as log:
            self._process = subprocess.Popen(
                [str(EMULATOR_PYTHON), "-m", "rehearsal.emulator", str(file)],
                cwd=PROJECT,
                env=env,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        self._workspace.ledger.add("emulator", self._process.pid)
        self._wait_until_it_answers(self._process)
        self.runs = True

    def _wait_until_it_answers(self, process: "subprocess.Popen[str]") -> None:
        until = time.monotonic() + _READY_SECONDS
        while True:
            if process.poll() is not None or time.monotonic() > until:
                log = self._workspace.log("emulator").read_text(encoding="utf-8", errors="replace")[-2000:]
                raise RehearsalError(f"the emulator must answer in {_READY_SECONDS} s, got this in its log:\n{log}")
            try:
                trust = urllib.request.HTTPSHandler(context=create_default_context(cafile=str(self.ca)))
                direct = urllib.request.build_opener(urllib.request.ProxyHandler({}), trust)
                with direct.open(f"{self.endpoint}/_ministack/health", timeout=5):
                    return
            except (OSError, urllib.error.URLError):
                time.sleep(0.05)

    def clusters(self) -> dict[str, Any]:
        """Give endpoint and kubeconfig of each running cluster by name."""
        return self._read("clusters.json")

    def recorded(self) -> dict[str, str]:
        """Give what was only recorded, by subject."""
        return self._read("recorded.json")

    def keep(self) -> None:
        """Let it run on when this process ends."""
        self._say("keep")
        self._process = None

    def let_weeks_pass(self) -> None:
        """Let every function in a VPC go idle, as Lambda does with those that nobody calls for weeks."""
        self._say("weeks")

    def make_group(self, vpc_id: str, group_id: str) -> None:
        """Begin to make a security group under an id that is given, as somebody who is not podnet would."""
        self._say(f"group {vpc_id} {group_id}")

    def inventory(self) -> dict[str, str]:
        """Give everything that AWS keeps in all accounts, `<service> <kind> <key>` -> its content as text.

        Raises:
            RehearsalError: If it is not told in ten seconds.
        """
        self._inventories += 1
        self._say(f"inventory {self._inventories}")
        name, until = f"inventory-{self._inventories}.json", time.monotonic() + _TELL_SECONDS
        while not (found := self._read(name)):
            if time.monotonic() > until:
                raise RehearsalError(f"the emulator must tell what it keeps in {_TELL_SECONDS} s, got no {name}")
            time.sleep(0.05)
        return found

    def stop(self) -> None:
        """Stop it and its control planes; it is no error where it does not run."""
        process, self._process = self._process, None
        if process is None:
            return
        self.runs = False
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _say(self, word: str) -> None:
        if self._process and self._process.stdin:
            self._process.stdin.write(f"{word}\n")
            self._process.stdin.flush()

    def _read(self, name: str) -> dict[str, Any]:
        path = self._workspace.emulator / name
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        return content
