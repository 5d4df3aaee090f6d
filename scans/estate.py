"""One environment, synthesized for a scan."""

from __future__ import annotations

import dataclasses
import json
import pathlib
from typing import Any

import aws_cdk as cdk

from pipeline.pipeline_stack import PipelineStack
from settings import Settings, load, load_pipeline
from settings.files import pipelines
from stacks import Environment

ROOT = pathlib.Path(__file__).parent.parent


@dataclasses.dataclass(frozen=True)
class Estate:
    """The construct tree of an environment and the templates that came of it."""

    name: str
    region: str
    app: cdk.App
    files: dict[str, pathlib.Path]  # template by stack, without the environment's name
    stages: tuple[str, ...] = ()  # of a pipeline
    settings: Settings | None = None  # of an environment

    @property
    def templates(self) -> dict[str, dict[str, Any]]:
        """The templates as CloudFormation gets them."""
        return {stack: json.loads(file.read_text()) for stack, file in self.files.items()}


def synthesize(name: str, folder: pathlib.Path) -> Estate:
    """Synthesize an environment or a pipeline into `folder`, with the context of cdk.json, as the CDK CLI would.

    Of a pipeline only its own stack is looked at: its environments have their own turn.
    """
    context = json.loads((ROOT / "cdk.json").read_text())["context"] | {
        "@aws-cdk/core:annotationsInValidationReport": False
    }
    app = cdk.App(context=context, outdir=str(folder), builtin_cloud_formation_validation=False)
    settings = None
    if name in pipelines():
        plan = load_pipeline(name)
        PipelineStack(app, plan=plan, environments=[load(each) for each in plan.environments])
        region, inside = plan.region, tuple(plan.environments)
    else:
        settings = load(name)  # a name, or a path
        name = settings.name
        Environment(app, settings)
        region, inside = settings.region, ()
    # one without resources, such as the network of an existing VPC without peers, is not deployed
    stacks = [stack for stack in app.synth().stacks if stack.template.get("Resources")]
    files = {stack.stack_name.removeprefix(f"{name}-"): pathlib.Path(stack.template_full_path) for stack in stacks}
    return Estate(name, region, app, files, inside, settings)
