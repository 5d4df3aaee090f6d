"""One environment, synthesized for a scan."""

from __future__ import annotations

import dataclasses
import json
import pathlib
from typing import Any

import aws_cdk as cdk

from settings import environments, load
from stacks import Environment

ROOT = pathlib.Path(__file__).parent.parent


@dataclasses.dataclass(frozen=True)
class Estate:
    """The construct tree of an environment and the templates that came of it."""

    name: str
    region: str
    app: cdk.App
    files: dict[str, pathlib.Path]  # template by stack, without the environment's name

    @property
    def templates(self) -> dict[str, dict[str, Any]]:
        """The templates as CloudFormation gets them."""
        return {stack: json.loads(file.read_text()) for stack, file in self.files.items()}


def synthesize(name: str, folder: pathlib.Path) -> Estate:
    """Synthesize an environment into `folder`, with the context of cdk.json, as the CDK CLI would."""
    settings = load(name)
    context = json.loads((ROOT / "cdk.json").read_text())["context"]
    app = cdk.App(context=context, outdir=str(folder))
    Environment(app, settings)
    stacks = app.synth().stacks
    prefix = f"{settings.name}-"
    files = {stack.stack_name.removeprefix(prefix): pathlib.Path(stack.template_full_path) for stack in stacks}
    return Estate(settings.name, settings.region, app, files)


def names() -> list[str]:
    """Return the names of the environments of the repository."""
    return environments()
