"""One pinned Go module and the programs in it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rehearsal.parts.errors import PartError


@dataclass(frozen=True, kw_only=True)
class Part:
    """A Go module at the version that `<name>/go.mod` requires.

    Attributes:
        name: Folder beside this file with go.mod and go.sum.
        module: Path of the Go module.
        programs: Program name -> Go package that makes it; empty for a module of which only files are read.
        version_package: Go package whose `gitVersion`, `gitMajor` and `gitMinor` are set at link time: Kubernetes
            programs say v0.0.0-master otherwise and refuse flags of their own version.
        minutes: How long a first build takes on two cores, to be told beforehand.
        root: Folder of all parts.
    """

    name: str
    module: str
    programs: Mapping[str, str] = field(default_factory=dict)
    version_package: str = ""
    minutes: int = 1
    root: Path = Path(__file__).parent

    @property
    def folder(self) -> Path:
        """Folder of go.mod and go.sum."""
        return self.root / self.name

    @property
    def version(self) -> str:
        """Version of the module that go.mod requires, as `v1.2.3`."""
        text = (self.folder / "go.mod").read_text(encoding="utf-8")
        found = re.search(rf"^(?:require|\t)\s*{re.escape(self.module)} (v\S+)", text, re.MULTILINE)
        if not found:
            raise PartError(f"{self.folder / 'go.mod'} must require {self.module}, got no such line")
        return found[1]

    @property
    def flags(self) -> list[str]:
        """Flags of `go build`: reproducible, without debug information, with the version where it is asked for."""
        link = "-s -w"
        if self.version_package:
            major, minor = self.version.removeprefix("v").split(".")[:2]
            values = {"gitVersion": self.version, "gitMajor": major, "gitMinor": minor}
            link += "".join(f" -X {self.version_package}.{name}={value}" for name, value in values.items())
        return ["-trimpath", "-buildvcs=false", "-ldflags", link]
