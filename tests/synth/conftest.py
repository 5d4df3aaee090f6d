"""Every shipped environment synthesized once, in this process."""

import json
import pathlib

import aws_cdk as cdk
import pytest

import app
from settings import load
from stacks import Environment

ROOT = pathlib.Path(__file__).parents[2]
CONTEXT = {**json.loads((ROOT / "cdk.json").read_text())["context"], **app.CONTEXT}  # what app.py gives its app

# kubectl and the AWS CLI are 58 MB, which each synth would copy to where nobody looks at them
_ASSETS_STAY = {"aws:cdk:disable-asset-staging": True}


class Synthesized:
    """The templates of one environment, by the stack's name without the environment's."""

    def __init__(self, settings, outdir, more):
        made = cdk.App(context=CONTEXT | more, outdir=str(outdir))
        self.environment = Environment(made, settings)
        self.assembly = made.synth()
        self.stacks = {stack.stack_name.removeprefix(f"{settings.name}-"): stack for stack in self.assembly.stacks}
        self.templates = {
            name: json.loads(pathlib.Path(stack.template_full_path).read_text()) for name, stack in self.stacks.items()
        }

    def resources(self, stack, kind):
        """Return {logical id: resource} of one type."""
        found = self.templates[stack]["Resources"]
        return {name: resource for name, resource in found.items() if resource["Type"] == kind}

    def only(self, stack, kind):
        """Return the one resource of a type, with its logical id."""
        ((name, resource),) = self.resources(stack, kind).items()
        return name, resource

    def after(self, stack):
        """Return the stacks that must be deployed before this one."""
        return {
            dependency.stack_name.split("-", 1)[1]
            for dependency in self.stacks[stack].dependencies
            if hasattr(dependency, "stack_name")
        }


@pytest.fixture(scope="session")
def synthesized(tmp_path_factory):
    """Return a function that synthesizes settings, or the shipped environment of a name; the same ones once."""
    known = {}

    def synthesize(what):
        settings = load(what) if isinstance(what, str) else what
        key = isinstance(what, str), settings.model_dump_json()
        if key not in known:
            more = {} if isinstance(what, str) else _ASSETS_STAY
            known[key] = Synthesized(settings, tmp_path_factory.mktemp("cdk.out"), more)
        return known[key]

    return synthesize
