"""What must be on the machine before a rehearsal begins."""

import json
import shutil
from pathlib import Path

from rehearsal.errors import RehearsalError
from rehearsal.workspace import PROJECT

EMULATOR_PYTHON = PROJECT / ".venv-emulator" / "bin" / "python"
CDK = PROJECT / "node_modules" / ".bin" / "cdk"
NODE_MODULES = PROJECT / "node_modules"

# an older CLI ignores the endpoint variables and would call the real AWS (2.177); 2.1148 reads the library's assemblies
_OLDEST_CDK = (2, 1148)


def check_prerequisites() -> None:
    """Look for everything that is needed.

    Raises:
        RehearsalError: With one line, and its fix, for each thing that is missing.
    """
    missing = [
        f"{what} must be there, got nothing at {path}; {fix}"
        for what, path, fix in (
            ("the emulator's venv", EMULATOR_PYTHON, "make it with `make rehearse`"),
            ("the CDK command line", CDK, "install it with `npm ci`"),
            ("the SDK client of EC2", NODE_MODULES / "@aws-sdk" / "client-ec2", "install it with `npm ci`"),
            ("the SDK client of Lambda", NODE_MODULES / "@aws-sdk" / "client-lambda", "install it with `npm ci`"),
        )
        if not Path(path).exists()
    ]
    missing += [
        f"PATH must hold {program}, got none; install {package}"
        for program, package in (
            ("node", "Node.js 20 or later"),
            ("openssl", "openssl (for the emulator's certificate)"),
        )
        if shutil.which(program) is None
    ]
    if CDK.exists():
        version = json.loads((NODE_MODULES / "aws-cdk" / "package.json").read_text(encoding="utf-8"))["version"]
        major, minor = (int(part) for part in version.split(".")[:2])
        if major != _OLDEST_CDK[0] or minor < _OLDEST_CDK[1]:
            missing.append(f"aws-cdk must be 2.1148 or a later 2.x, got {version}; install it with `npm ci`")
    if missing:
        raise RehearsalError("\n".join(missing))
