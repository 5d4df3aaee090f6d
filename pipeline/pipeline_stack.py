"""The pipeline: source, checks and synth, then wave after wave."""

import json
import pathlib
import re
from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_codepipeline as codepipeline
from aws_cdk import aws_iam as iam
from aws_cdk import pipelines
from constructs import Construct

from pipeline.environment_stage import EnvironmentStage
from settings import Pipeline, Settings
from settings.pipeline import Wave

_PACKAGE = pathlib.Path(__file__).parent.parent / "package.json"
_CLI = json.loads(_PACKAGE.read_text())["devDependencies"]["aws-cdk"]
_MOST_NAMES = 800
# Go of the image's choice would be 1.20, which cannot fetch the newer one that a go.mod asks for
_RUNTIMES = {"phases": {"install": {"runtime-versions": {"python": "3.13", "nodejs": "22", "golang": "1.26"}}}}


class PipelineStack(cdk.Stack):
    """A CodePipeline that deploys environments, and first of all itself.

    Its order: source, synth with checks, self-mutation, assets, then the waves. Assets are published side by side, one
    short build each; stacks are deployed without a change set of their own, since the synth step's review and the
    broadening check come before: both save minutes in each run.

    Attributes:
        stages: what is deployed, by environment.
    """

    def __init__(self, scope: Construct, *, plan: Pipeline, environments: Sequence[Settings]) -> None:
        """Make it for the checked settings of the plan's environments.

        Where one of them lies in another account, artefacts are encrypted under a key that its roles may use.
        """
        place = cdk.Environment(account=plan.account, region=plan.region)
        super().__init__(scope, plan.name, stack_name=plan.name, env=place)
        cross_account = any(settings.account != plan.account for settings in environments)
        self.stages = {settings.name: EnvironmentStage(self, settings) for settings in environments}
        made = pipelines.CodePipeline(
            self,
            "Pipeline",
            pipeline_name=plan.name,
            synth=self._synth(plan),
            cli_version=_CLI,
            cross_account_keys=cross_account,
            enable_key_rotation=cross_account or None,
            use_change_sets=False,
            publish_assets_in_parallel=True,
        )
        for wave in plan.waves:
            self._add(made, wave, confirm=plan.confirm_broadening)
        made.build_pipeline()
        self._let_use(plan.source.connection_arn, made.pipeline)
        self._pin_checks()

    def _synth(self, plan: Pipeline) -> pipelines.CodeBuildStep:
        """Check, synthesize, and give the reviews as an artefact beside the cloud assembly."""
        source = plan.source
        step = pipelines.CodeBuildStep(
            "Synth",
            input=pipelines.CodePipelineSource.connection(
                source.repository, source.branch, connection_arn=source.connection_arn
            ),
            commands=[*plan.checks, f"make synth-pipeline PIPELINE={plan.name}"],
            primary_output_directory="cdk.out",
            build_environment=codebuild.BuildEnvironment(build_image=codebuild.LinuxBuildImage.STANDARD_7_0),
            partial_build_spec=codebuild.BuildSpec.from_object(_RUNTIMES),
        )
        step.add_output_directory("build/reviews")
        return step

    def _let_use(self, connection_arn: str, made: codepipeline.Pipeline) -> None:
        """Let the source action use a connection under the prefix of its ARN too; CDK names the service's old one.

        Which of the two is asked for depends on how the connection was made (Developer Tools user guide, "Connections
        rename" and "Permissions and examples for AWS CodeConnections").
        """
        use = iam.PolicyStatement(actions=[f"{connection_arn.split(':')[2]}:UseConnection"], resources=[connection_arn])
        for role in made.node.find_child("Source").node.find_all():
            if isinstance(role, iam.Role):
                role.add_to_policy(use)

    def _pin_checks(self) -> None:
        """Let the check for broader rights install this command line; CDK's own has the newest, whatever that is."""
        for project in self.node.find_all():
            if isinstance(project, codebuild.CfnProject) and "SecurityCheck" in project.node.path:
                written = json.dumps(self.resolve(project.source)["buildSpec"])
                pinned = re.sub(r"(npm install -g aws-cdk)(?![@\w-])", rf"\1@{_CLI}", written)
                project.add_property_override("Source.BuildSpec", json.loads(pinned))

    def _add(self, made: pipelines.CodePipeline, wave: Wave, *, confirm: bool) -> None:
        """Add a wave: its environments side by side, each after the agreement that it asks for."""
        agreed = []
        if wave.approval:
            agreed = [pipelines.ManualApprovalStep(f"Approve-{wave.name}", comment=comment(wave))]
        added = made.add_wave(wave.name, pre=agreed)
        for name in wave.environments:
            stage = self.stages[name]
            broader = [pipelines.ConfirmPermissionsBroadening(f"Broadening-{name}", stage=stage)] if confirm else []
            added.add_stage(stage, pre=broader)


def comment(wave: Wave) -> str:
    """Give what a person is asked; CodePipeline takes 1,000 characters (API reference, ActionConfigurationValue)."""
    names = ", ".join(wave.environments)
    told = names if len(names) <= _MOST_NAMES else f"{names[:_MOST_NAMES]}…"
    return f"deploys {told}; read the artefact of the synth step: <name>/index.html"
