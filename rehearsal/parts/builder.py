"""Builds the programs of one part, once."""

import fcntl
import hashlib
import itertools
import shutil
import tempfile
from pathlib import Path

from rehearsal.parts.go import Go
from rehearsal.parts.part import Part
from terminal.progress import Progress


class Builder:
    """Build into `<cache>/<part>-<hash>/`, whatever the number of callers at once.

    The hash covers go.mod, go.sum, the Go sources beside them, the build flags, the compiler and the target.

    Args:
        part: What to build.
        cache: Folder for the results of all parts; made where it is missing.
    """

    def __init__(self, part: Part, cache: Path) -> None:
        self._part = part
        self._cache = cache
        self._go = Go(needed_for=", ".join(part.programs))

    def build(self) -> Path:
        """Give the folder of the part's programs.

        Raises:
            PartError: If the build fails.
        """
        target = self._cache / f"{self._part.name}-{self._key()}"
        if target.is_dir():
            return target
        self._cache.mkdir(parents=True, exist_ok=True)
        with (self._cache / f"{self._part.name}.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                with Progress(f"waiting for another build of {self._part.name}"):
                    fcntl.flock(lock, fcntl.LOCK_EX)
            if not target.is_dir():  # another process may have built it meanwhile
                self._compile(target)
        return target

    def _key(self) -> str:
        part = self._part
        words = [self._go.identity(part.folder), *part.flags, *part.programs.values()]
        digest = hashlib.sha256("\n".join(words).encode())
        for file in sorted(part.folder.iterdir()):
            if file.name in {"go.mod", "go.sum"} or file.suffix == ".go":
                digest.update(f"\0{file.name}\0".encode() + file.read_bytes())
        return digest.hexdigest()[:16]

    def _compile(self, target: Path) -> None:
        """Build beside the target and rename: a build that was cut off leaves no half target."""
        part = self._part
        for left in self._cache.glob(f"{part.name}.part-*"):  # of builds that were killed; the lock keeps others out
            shutil.rmtree(left, ignore_errors=True)
        work = Path(tempfile.mkdtemp(prefix=f"{part.name}.part-", dir=self._cache))
        output = f"{work}/" if len(part.programs) > 1 else str(work / next(iter(part.programs)))
        count = itertools.count(1)
        try:
            with Progress(f"building {part.name} {part.version} (once, {part.minutes} min on two cores)") as progress:
                packages = list(part.programs.values())
                self._go.build(
                    part.folder, output, part.flags, packages, lambda line: progress.note(f"{next(count)}, {line}")
                )
            work.chmod(0o755)
            work.rename(target)
        finally:
            shutil.rmtree(work, ignore_errors=True)
