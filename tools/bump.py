"""Raise every pin to its newest release and show what changed: `make bump`; nothing is committed.

A new major version is told and not taken: it is somebody's decision and work.

`--look` only shows what is newer. Resolved sets are made again from the pins: constraints files by pip's own resolver,
package-lock.json without registry addresses, go.sum by `go mod tidy`.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.newest import RegistryError, newest
from tools.pins import NODE_FILE, RESOLVED, ROOT, Pin, pins


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
        subprocess.run(["git", "--no-pager", "diff", "--stat"], cwd=ROOT, check=True)
        print("see `git diff`, then `make schema check test rehearse`; `git checkout .` takes it back")
    elif not changes:
        print("every pin is the newest release")
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
    for constraints, files in RESOLVED.items():
        if changed & set(files):
            (ROOT / constraints).write_text(resolved(files))
    if NODE_FILE in changed:
        lock = ["npm", "install", "--package-lock-only", "--omit-lockfile-registry-resolved", "--no-audit", "--no-fund"]
        subprocess.run([*lock, "--loglevel", "error"], cwd=ROOT, check=True)
    for file in sorted(changed):
        if file.endswith("go.mod"):
            subprocess.run(["go", "mod", "tidy"], cwd=(ROOT / file).parent, check=True)


def resolved(files: tuple[str, ...]) -> str:
    """Return the whole set that pip would install for the requirement files, one pin a line; nothing is installed."""
    with tempfile.TemporaryDirectory() as folder:
        wanted = [line for file in files for line in (ROOT / file).read_text().splitlines() if "==" in line]
        asked, report = Path(folder) / "requirements.txt", Path(folder) / "report.json"
        asked.write_text("\n".join(wanted))
        command = [sys.executable, "-m", "pip", "install", "-q", "--dry-run", "--ignore-installed"]
        subprocess.run([*command, "--report", str(report), "-r", str(asked)], check=True)
        found = [entry["metadata"] for entry in json.loads(report.read_text())["install"]]
    return "\n".join(sorted((f"{one['name']}=={one['version']}" for one in found), key=str.lower)) + "\n"


if __name__ == "__main__":
    sys.exit(main())
