"""Say which pins their makers have withdrawn: `make audit`.

Yanked on PyPI, deprecated on npm, retracted in the Go module's newest version: what the registries' own clients tell of
every pin and of what it resolves to. Known vulnerabilities are no matter of registries; Dependabot looks for those.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from tools.newest import RegistryError, ask
from tools.pins import GO_FILES, RESOLVED, ROOT

_YANKED = re.compile(
    r"(?ms)a yanked version: '([^']+)' candidate \(version (\S+) at .*?^Reason for being yanked: (.*?)$"
)
_RETRACTED = "{{if .Retracted}}{{.Path}} {{.Version}} is retracted: {{index .Retracted 0}}\n{{end}}"
_SILENT = "{{if .Error}}{{.Path}} {{.Version}} could not be asked for: {{.Error.Err}}\n{{end}}"
_DEPRECATED = "{{if and .Deprecated (not .Indirect)}}{{.Path}} {{.Version}} is deprecated: {{.Deprecated}}\n{{end}}"


def python(file: Path) -> Iterator[str]:
    """Give what is yanked of the pins of a file of them; nothing is installed."""
    wanted = ["install", "-q", "--dry-run", "--ignore-installed", "--no-deps", "-r", str(file)]
    for name, version, why in _YANKED.findall(ask(sys.executable, "-m", "pip", *wanted, with_errors=True)):
        yield f"{name} {version} is yanked: {why}"


def node(file: Path) -> Iterator[str]:
    """Give what is deprecated of the packages of a package-lock.json."""
    for place, found in json.loads(file.read_text())["packages"].items():
        name = place.rpartition("node_modules/")[2]
        if name and (why := ask("npm", "view", f"{name}@{found['version']}", "deprecated").strip()):
            yield f"{name} {found['version']} is deprecated: {why}"


def go(file: Path) -> Iterator[str]:
    """Give what is retracted of the modules of a go.mod, and what is deprecated of the direct ones.

    Those that it leaves out hold nothing that is built (Go modules reference, module graph pruning).
    """
    known = json.loads(ask("go", "mod", "edit", "-json", cwd=str(file.parent)))
    names = [required["Path"] for required in known["Require"]]
    command = ["go", "list", "-e", "-m", "-u", "-retracted", "-f", _RETRACTED + _DEPRECATED + _SILENT, *names]
    yield from filter(None, ask(*command, cwd=str(file.parent)).splitlines())


def main() -> int:
    """Ask and show; return 1 where something is withdrawn or a registry did not answer."""
    parser = argparse.ArgumentParser(prog="python -m tools.audit", description="Say which pins have been withdrawn.")
    parser.parse_args()
    asked = [(python, file) for file in RESOLVED] + [(node, "package-lock.json")] + [(go, file) for file in GO_FILES]
    bad = 0
    for withdrawn, file in asked:
        print(f"{file} ...", flush=True)
        try:
            told = list(withdrawn(ROOT / file))
        except RegistryError as error:
            told = [str(error)]
        bad += len(told)
        print("".join(f"  {line}\n" for line in told), end="")
    print(f"{len(asked)} files, {bad} to mend")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
