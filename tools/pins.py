"""Where the exact pins stand, and how they are read and written."""

import dataclasses
import json
import pathlib
import re

ROOT = pathlib.Path(__file__).parent.parent
PYTHON_FILES = ("requirements.txt", "requirements-dev.txt", "rehearsal/emulator/requirements.txt")
BUILD_FILE = "pyproject.toml"
NODE_FILE = "package.json"
IMAGE_FILES = ("settings/dns_cache.py", "verify/job.py", "examples/charts/app.py")
RESOLVED = {  # what is made of which pins
    "requirements-locked.txt": ("requirements.txt", "requirements-dev.txt"),
    "rehearsal/emulator/requirements-locked.txt": ("rehearsal/emulator/requirements.txt",),
}
GO_FILES = tuple(sorted(str(file.relative_to(ROOT)) for file in ROOT.glob("rehearsal/parts/*/go.mod")))
_PYTHON = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;#]+)", re.MULTILINE)
_BUILD = re.compile(r'"([A-Za-z0-9._-]+)==([^"]+)"')
_IMAGE = re.compile(r'"([a-z0-9.:-]+(?:/[a-z0-9._-]+)+):([0-9][\w.-]*(?:@sha256:[0-9a-f]{64})?)"')
_GO = re.compile(r"^(?:require )?\t?(\S+) (v[^\s]+)$", re.MULTILINE)


@dataclasses.dataclass(frozen=True, order=True)
class Pin:
    """One dependency at one version, in one file; an image's version is its tag, with the digest where it has one."""

    file: str
    name: str
    version: str

    def written(self, text: str, version: str) -> str:
        """Return the file's text with another version of this dependency."""
        if self.file == NODE_FILE:
            return text.replace(f'"{self.name}": "{self.version}"', f'"{self.name}": "{version}"')
        if self.file in IMAGE_FILES:
            return text.replace(f'"{self.name}:{self.version}"', f'"{self.name}:{version}"')
        if self.file == BUILD_FILE:
            return text.replace(f'"{self.name}=={self.version}"', f'"{self.name}=={version}"')
        between = " " if self.file.endswith("go.mod") else "=="
        old = re.compile(rf"(^|\s){re.escape(self.name + between + self.version)}(?=\s|$)")
        return old.sub(rf"\g<1>{self.name}{between}{version}", text)


def pins(root: pathlib.Path = ROOT) -> list[Pin]:
    """Return every direct dependency: Python, what builds the package, Node.js, Go, images."""
    found = [Pin(file, *pair) for file in PYTHON_FILES for pair in _PYTHON.findall((root / file).read_text())]
    found += [Pin(BUILD_FILE, *pair) for pair in _BUILD.findall((root / BUILD_FILE).read_text())]
    node = json.loads((root / NODE_FILE).read_text())
    found += [
        Pin(NODE_FILE, *pair) for part in ("dependencies", "devDependencies") for pair in node.get(part, {}).items()
    ]
    found += [Pin(file, *pair) for file in GO_FILES for pair in _GO.findall((root / file).read_text())]
    return found + [Pin(file, *pair) for file in IMAGE_FILES for pair in _IMAGE.findall((root / file).read_text())]
