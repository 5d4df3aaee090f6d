"""Raise every pin to its newest release and show what changed: `make bump`; nothing is committed.

A new major version is told and not taken: it is somebody's decision and work.

`--look` only shows what is newer. Resolved sets are made again from the pins: Python's by uv, with hashes;
package-lock.json without registry addresses, go.sum by `go mod tidy`.
"""

import argparse
import subprocess
import sys

from tools.lock import lock
from tools.newest import RegistryError, newest
from tools.pins import NODE_FILE, RESOLVED, ROOT, Pin, pins
from tools.running import run


def main() -> int:
    """Ask, write, resolve, show; return 1 where a registry did not answer."""
    parser = argparse.ArgumentParser(prog="python -m tools.bump", description="Raise every pin to its newest release.")
    parser.add_argument("--look", action="store_true", help="only show what is newer")
    look = parser.parse_args().look
    changes, failed = _newer(pins())
    for pin, version in changes:
        print(f"{pin.file}: {pin.name} {pin.version} -> {version}")
    print("\n".join(failed), end="\n" if failed else "", file=sys.stderr)
    if not look and changes:
        for pin, version in changes:
            file = ROOT / pin.file
            file.write_text(pin.written(file.read_text(), version))
        _resolve({pin.file for pin, _ in changes})
        sys.stdout.flush()  # in a log, what git prints comes after what was told
        subprocess.run(["git", "--no-pager", "diff", "--stat"], cwd=ROOT, check=False)
        print("see `git diff`, then `make schema check test rehearse`; `git checkout .` takes it back")
    elif not changes and not failed:
        print("every pin is the newest release of its major version")
    return 1 if failed else 0


def _newer(known: list[Pin]) -> tuple[list[tuple[Pin, str]], list[str]]:
    changes, failed = [], []
    for pin in known:
        try:
            version = newest(pin)
        except RegistryError as error:
            failed.append(str(error))
            continue
        if version == pin.version:
            continue
        if version.split(".")[0] == pin.version.split(".")[0]:
            changes.append((pin, version))
        else:
            print(f"{pin.file}: {pin.name} {pin.version} stays; {version} is a new major version")
    return changes, failed


def _resolve(changed: set[str]) -> None:
    for locked, files in RESOLVED.items():
        if changed & set(files):
            lock(locked, upgrade=True)
    if NODE_FILE in changed:
        npm = ["npm", "install", "--package-lock-only", "--omit-lockfile-registry-resolved", "--no-audit", "--no-fund"]
        run([*npm, "--loglevel", "error"])
    for file in sorted(changed):
        if file.endswith("go.mod"):
            run(["go", "mod", "tidy"], folder=(ROOT / file).parent)


if __name__ == "__main__":
    sys.exit(main())
