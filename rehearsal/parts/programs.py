"""Find the programs of the parts, building what is missing into the user's cache."""

import os
from pathlib import Path

from rehearsal.parts.builder import Builder
from rehearsal.parts.catalogue import CATALOGUE
from rehearsal.parts.errors import PartError
from rehearsal.parts.go import Go
from rehearsal.parts.part import Part


def ensure(*names: str) -> dict[str, Path]:
    """Give program name -> path for parts ("kubernetes") or single programs ("kube-apiserver").

    A program that the folder in `KUBEBUILDER_ASSETS` holds is taken from there. Any other is built once into
    `~/.cache/podnet/parts` (`XDG_CACHE_HOME` is kept).

    Raises:
        PartError: If a name is unknown, Go is missing or a build fails.
    """
    programs: dict[str, Path] = {}
    for part, wanted in _sort(names):
        given = {program: path for program in wanted if (path := _given(program))}
        missing = [program for program in wanted if program not in given]
        built = Builder(part, user_cache() / "parts").build() if missing else Path()
        programs |= given | {program: built / program for program in missing}
    return programs


def module_dir(name: str) -> Path:
    """Give the folder of the pinned module of part `name` in the Go module cache; download it where it is missing.

    Raises:
        PartError: If the name is unknown, Go is missing or the download fails.
    """
    if name not in CATALOGUE:
        raise PartError(f"part must be one of {', '.join(CATALOGUE)}, got {name}")
    part = CATALOGUE[name]
    return Go(needed_for=f"the files of {part.module}").module_dir(part.folder, part.module)


def _sort(names: tuple[str, ...]) -> list[tuple[Part, list[str]]]:
    """Give each part with those of its programs that were asked for."""
    wanted: dict[str, list[str]] = {}
    for name in names:
        part = CATALOGUE.get(name) or next((p for p in CATALOGUE.values() if name in p.programs), None)
        if part is None:
            known = dict.fromkeys([*CATALOGUE, *(program for p in CATALOGUE.values() for program in p.programs)])
            raise PartError(f"part must be one of {', '.join(known)}, got {name}")
        wanted.setdefault(part.name, []).extend(part.programs if name == part.name else [name])
    return [(CATALOGUE[name], programs) for name, programs in wanted.items()]


def _given(program: str) -> Path | None:
    """Give the program in KUBEBUILDER_ASSETS, where it is there."""
    folder = os.environ.get("KUBEBUILDER_ASSETS")
    path = Path(folder, program) if folder else None
    return path if path and os.access(path, os.X_OK) and path.is_file() else None


def user_cache() -> Path:
    """Give the folder for what is kept between runs, `~/.cache/podnet`; `XDG_CACHE_HOME` is kept."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "podnet"
