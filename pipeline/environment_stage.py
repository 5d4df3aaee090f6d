"""One environment as a stage of the pipeline."""

import aws_cdk as cdk
from constructs import Construct

from settings import Settings
from stacks import Environment


class EnvironmentStage(cdk.Stage):
    """The stacks of one environment under the names that they have without a pipeline.

    So a pipeline adopts what was deployed by hand: same stacks, same logical ids, nothing is replaced.
    """

    def __init__(self, scope: Construct, settings: Settings) -> None:
        """Make the stacks of a checked environment."""
        super().__init__(scope, settings.name)
        self.environment = Environment(self, settings)
        for stack in self.node.children:
            # CloudFormation takes no template without resources; the command line skips one, a pipeline does not
            nodes = stack.node.find_all()
            if isinstance(stack, cdk.Stack) and not any(cdk.CfnResource.is_cfn_resource(node) for node in nodes):
                cdk.CfnWaitConditionHandle(stack, "Nothing")
