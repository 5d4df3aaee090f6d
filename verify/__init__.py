"""Proof after the deploy: what an environment file promises, looked at in its cluster with kubectl."""

import clean_end

import sys
from pathlib import Path

# `trunks` of the Lambda judges nodes here too; by way of the package podnet it would load aws_cdk, which takes seconds
sys.path.append(str(Path(__file__).parents[1] / "constructs" / "podnet" / "aws_node_env" / "handler"))
