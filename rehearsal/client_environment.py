"""The environment of everything that calls AWS: the emulator and nothing else can be reached with it."""

import os
import sys
from pathlib import Path

from rehearsal.parts.programs import user_cache
from rehearsal.workspace import Workspace


def base_environment(workspace: Workspace) -> dict[str, str]:
    """Give an environment with this machine's PATH and nothing else of it."""
    return {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
        "HOME": str(workspace.folder / "home"),
        "TMPDIR": str(workspace.folder / "tmp"),
        "LANG": "C.UTF-8",
    }


def client_environment(workspace: Workspace, *, endpoint: str, account: str, region: str, ca: Path) -> dict[str, str]:
    """Give the environment of a client of the emulator.

    A 12-digit access key is the account id for the emulator. The CLI caches key -> account in CDK_HOME, hence its own.
    """
    return base_environment(workspace) | {
        "AWS_ACCESS_KEY_ID": account,
        "AWS_SECRET_ACCESS_KEY": "rehearsal",
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ENDPOINT_URL_S3": endpoint,
        "AWS_CA_BUNDLE": str(ca),
        "NODE_EXTRA_CA_CERTS": str(ca),
        "CDK_HOME": str(workspace.folder / "cdk-home"),
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED": "true",
        # unpacked once, not in every rehearsal's new HOME: 8 s for each synth
        "JSII_RUNTIME_PACKAGE_CACHE_ROOT": str(user_cache() / "jsii"),
        "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20",
    }
