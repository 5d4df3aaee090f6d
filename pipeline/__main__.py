"""Synthesize a pipeline and its environments: `cdk --app ".venv/bin/python -m pipeline" -c pipeline=<name>`."""

import argparse
import gc
import sys

import aws_cdk as cdk

from app import CONTEXT, checked, synthesize
from pipeline.pipeline_stack import PipelineStack
from settings import SettingsError, chosen, load_pipeline


def main() -> int:
    """Synthesize the pipeline named by the context value `pipeline`; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m pipeline", description="Synthesize a pipeline, as a CDK app.")
    parser.parse_args()
    app = cdk.App(context=CONTEXT, builtin_cloud_formation_validation=False)
    try:
        plan = load_pipeline(chosen(app.node.get_all_context(), "pipeline", "pipeline"))
    except SettingsError as error:
        print(error, file=sys.stderr)  # noqa: T201 (for the person at the terminal)
        return 1
    found = [checked({"environment": name}) for name in plan.environments]
    environments = [settings for settings in found if settings]
    if len(environments) < len(found):
        return 1
    stack = PipelineStack(app, plan=plan, environments=environments)
    synthesize(app, [stage.environment for stage in stack.stages.values()])
    return 0


if __name__ == "__main__":
    gc.disable()  # as in app.py
    sys.exit(main())
