"""One rehearsal after the other, each with one permission less."""

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from rehearsal.aws import AWS_ERRORS
from rehearsal.cdk import Cdk
from rehearsal.errors import RehearsalError
from rehearsal.existing_rehearsal import ExistingRehearsal
from rehearsal.privilege.lesser_cdk import LesserCdk
from rehearsal.privilege.removal import Removal, removals
from rehearsal.rehearsal import Rehearsal
from rehearsal.report import Report
from rehearsal.workspace import Workspace
from settings import load

_LIMIT = 300  # seconds for one rehearsal, three to four times a whole one
_LOOKS_AT_RIGHTS = "the handler's rights are narrow"  # it reads the rights themselves; what needs them is to notice
_ENDS: tuple[type[Exception], ...] = (RehearsalError, OSError, *AWS_ERRORS)


class UsersReport(Report):
    """A report without the check that reads the rights: what uses a permission has to miss it."""

    def check(self, what: str, check: Callable[[], str]) -> None:
        """Run a check, unless it is that one."""
        if what != _LOOKS_AT_RIGHTS:
            super().check(what, check)


class Trial:
    """Rehearse an environment whole, and then once for every permission that its templates declare, without it.

    Args:
        environment: The environment file.
        workspace: Where each rehearsal has its turn.

    Attributes:
        settings: The environment.
        permissions: Those of its templates, known after `whole`.
    """

    def __init__(self, environment: Path, workspace: Workspace) -> None:
        self._environment, self._workspace = environment, workspace
        self.settings = load(str(environment))
        self.permissions: list[Removal] = []

    def whole(self) -> str:
        """Rehearse with every permission, and find them all; give the reason of a failure, "" where there is none."""
        with self._rehearsed(None) as reason:
            for file in sorted((self._workspace.folder / "cdk.out-1").glob("*.template.json")):
                template = json.loads(file.read_text(encoding="utf-8"))
                self.permissions += removals(file.name.removesuffix(".template.json"), template)
            return reason

    def without(self, removal: Removal) -> str:
        """Rehearse without one permission; give step and reason of the failure, "" where nobody missed it."""
        with self._rehearsed(removal) as reason:
            return reason

    @contextlib.contextmanager
    def _rehearsed(self, removal: Removal | None) -> Iterator[str]:
        self._workspace.open()
        report = UsersReport()
        cdk = partial(LesserCdk, removal=removal) if removal else Cdk
        kind = ExistingRehearsal if self.settings.existing_cluster else Rehearsal
        rehearsal = kind(self._environment, self._workspace, report, cdk=cdk)
        limit = threading.Timer(_LIMIT, rehearsal.close)
        limit.start()
        try:
            yield self._reason(rehearsal, report, limit)
        finally:
            limit.cancel()
            rehearsal.close()
            self._workspace.close()

    @staticmethod
    def _reason(rehearsal: Rehearsal, report: Report, limit: threading.Timer) -> str:
        try:
            rehearsal.run()
        except _ENDS as error:
            step = report.steps[-1][0] if report.steps else "start"
            return f"{step}: {_told(str(error)) if limit.is_alive() else f'it did not end within {_LIMIT} s'}"
        return ""


def _told(said: str) -> str:
    """Give the line that tells most: the first resource that failed, else the last line."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    failed = [line for line in lines if "_FAILED" in line or "AccessDenied" in line or "not authorized" in line]
    return (failed or lines[-1:] or ["no reason"])[0]
