"""The environment of aws-node: set once, in order, proven, kept, and put back."""

from podnet.aws_node_env.aws_node_env import AwsNodeEnv

__all__ = ["AwsNodeEnv"]
