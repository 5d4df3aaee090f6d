"""podnet: one environment file becomes the stacks of an EKS cluster with security groups for pods and a node cache."""

import clean_end

import gc
import sys
from collections.abc import Iterable, Mapping

import aws_cdk as cdk

import review
from settings import Settings, SettingsError, chosen, load
from stacks import Environment

# creation stack traces hold paths of this run, and two synths are to be the same byte for byte
CONTEXT = {"aws:cdk:disable-stack-trace": True, "aws:cdk:disable-creation-stack-traces": True}


def checked(context: Mapping[str, object]) -> Settings | None:
    """Load and review the environment that a context names and tell every problem; None where one of them stops it."""
    try:
        settings = load(chosen(context))
    except SettingsError as error:
        print(error, file=sys.stderr)  # noqa: T201 (for the person at the terminal)
        return None
    findings = review.check(settings)
    if findings:
        print(review.told(settings.name, findings), file=sys.stderr)  # noqa: T201 (as above)
    return None if review.stops(findings) else settings


def synthesize(app: cdk.App, environments: Iterable[Environment]) -> None:
    """Write the templates of an app, and beside those of each environment, in its app or stage, what they mean."""
    app.synth()
    for environment in environments:
        review.write(environment.stage.outdir, environment.settings, environment.manifests)


def main() -> int:
    """Synthesize the environment named by the context value `environment`; return the exit code."""
    app = cdk.App(context=CONTEXT, builtin_cloud_formation_validation=False)
    if settings := checked(app.node.get_all_context()):
        synthesize(app, [Environment(app, settings)])
    return int(settings is None)


if __name__ == "__main__":
    gc.disable()  # what a synth makes lives to its end: looking for what does not takes a tenth of its time
    sys.exit(main())
