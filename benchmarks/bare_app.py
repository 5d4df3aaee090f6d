"""The resources of environments/dev.yaml by bare L2 constructs: no settings, no charts, no constructs of podnet.

The other side of `make bench NAME=synth`. The one thing taken from podnet is the Lambda's folder, an asset as any.
"""

from __future__ import annotations

import json
import pathlib
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_eks_v2 as eks
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import custom_resources as cr
from aws_cdk.lambda_layer_kubectl_v35 import KubectlV35Layer

ROOT = pathlib.Path(__file__).parent.parent
HANDLER = str(ROOT / "constructs" / "podnet" / "aws_node_env" / "handler")
ENV = cdk.Environment(account="111111111111", region="eu-west-1")
PRIVATE = ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS)
