"""One rehearsal after the other, each with one permission less."""

import contextlib
import json
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import yaml

from rehearsal import interrupts
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
_ROOM = 50  # MB; less is a full disk
_LOOKS_AT_RIGHTS = "the handler's rights are narrow"  # it reads the rights themselves; what needs them is to notice
_FOR_WORDS, _TRUNKS, _WORDS = "list events", "AmazonEKSVPCResourceController", "NodeTrunkFailedInit"
"""What the handler asks for the reason of an error alone, what such an error takes, and words of the controller."""
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
        workspace: Where each rehearsal has its turn. It stays open between them, for nobody else to take; the caller
            closes it.

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
        with self._rehearsed(self._environment) as (step, said):
            for file in sorted((self._workspace.folder / "cdk.out-1").glob("*.template.json")):
                template = json.loads(file.read_text(encoding="utf-8"))
                self.permissions += removals(file.name.removesuffix(".template.json"), template)
            return _told(step, said)

    def without(self, removal: Removal) -> str:
        """Rehearse without one permission; give step and reason of the failure, "" where nobody missed it."""
        if removal.what == _FOR_WORDS:
            return self._words_without(removal)
        with self._rehearsed(self._environment, removal) as (step, said):
            return _told(step, said)

    def _words_without(self, removal: Removal) -> str:
        """Let no node get a trunk, so that the deploy fails after a minute; give what its error lacks then.

        Raises:
            RehearsalError: If the error lacks it with the permission too.
        """
        starved = [one for one in self.permissions if one.what == _TRUNKS]
        with tempfile.TemporaryDirectory() as folder:
            hasty = Path(folder) / self._environment.name
            content = yaml.safe_load(self._environment.read_text(encoding="utf-8"))
            content["pod_networking"]["rollout_limit_minutes"] = 1
            hasty.write_text(yaml.safe_dump(content), encoding="utf-8")
            with self._rehearsed(hasty, *starved) as (step, said):
                if _WORDS not in said:
                    raise RehearsalError(f"without trunks the error must hold {_WORDS}, got {step}: {said[-400:]}")
            with self._rehearsed(hasty, *starved, removal) as (step, said):
                return "" if _WORDS in said else f"{step}: the error lacks the reason, {_WORDS}"

    @contextlib.contextmanager
    def _rehearsed(self, environment: Path, *removed: Removal) -> Iterator[tuple[str, str]]:
        """Rehearse; give the step that failed and what was said, twice "" where none did."""
        self._workspace.open()
        report = UsersReport()
        cdk = partial(LesserCdk, removals=removed) if removed else Cdk
        kind = ExistingRehearsal if self.settings.existing_cluster else Rehearsal
        rehearsal = kind(environment, self._workspace, report, cdk=cdk)
        late = threading.Event()

        def end() -> None:
            late.set()
            rehearsal.close()

        limit = threading.Timer(_LIMIT, end)
        limit.start()
        try:
            yield self._failure(rehearsal, report, late)
        finally:
            limit.cancel()
            with interrupts.held():
                rehearsal.close()

    def _failure(self, rehearsal: Rehearsal, report: Report, late: threading.Event) -> tuple[str, str]:
        try:
            rehearsal.run()
        except _ENDS as error:
            check_room(self._workspace.folder)
            step = report.steps[-1][0] if report.steps else "start"
            return step, f"it did not end within {_LIMIT} s" if late.is_set() else str(error)
        return "", ""


def check_room(folder: Path) -> None:
    """Keep a full disk from being taken for a permission that was missed.

    Raises:
        RehearsalError: If less than 50 MB are free.
    """
    free = shutil.disk_usage(folder).free // 1_000_000
    if free < _ROOM:
        raise RehearsalError(f"the disk of {folder} must have {_ROOM} MB free, got {free}: what failed tells nothing")


def _told(step: str, said: str) -> str:
    """Give step and the line that tells most: the first resource that failed, else the last line; "" for nothing."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    failed = [line for line in lines if "_FAILED" in line or "AccessDenied" in line or "not authorized" in line]
    return f"{step}: {(failed or lines[-1:] or ['no reason'])[0]}" if step else ""
