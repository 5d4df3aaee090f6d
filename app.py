"""podnet: one environment file becomes the stacks of an EKS cluster with security groups for pods and a node cache."""

import sys

import aws_cdk as cdk

import review
from settings import SettingsError, load
from stacks import Environment


def main() -> int:
    """Synthesize the environment named by the context value `environment`; return the exit code."""
    # creation stack traces hold paths of this run, and two synths are to be the same byte for byte
    app = cdk.App(context={"aws:cdk:disable-stack-trace": True, "aws:cdk:disable-creation-stack-traces": True})
    try:
        settings = load(app.node.try_get_context("environment") or "dev")
    except SettingsError as error:
        print(error, file=sys.stderr)  # noqa: T201 (for the person at the terminal)
        return 1
    findings = review.check(settings)
    if findings:
        print(review.told(settings.name, findings), file=sys.stderr)  # noqa: T201 (as above)
    if review.stops(findings):
        return 1
    environment = Environment(app, settings)
    review.write(app.outdir, settings, environment.manifests)
    app.synth()
    return 0


if __name__ == "__main__":
    sys.exit(main())
