"""A managed node group whose nodes can carry branch ENIs."""

from collections.abc import Mapping, Sequence
from typing import cast

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_eks_v2 as eks
from constructs import Construct

from podnet.eks_cluster import PRIVATE


class NodeGroup(Construct):
    """Makes AL2023 nodes in private subnets, with IMDSv2 at one hop and an encrypted root volume.

    With external SNAT a node in a public subnet leaves its pods without internet: pods have no public address
    (EKS user guide, "Assign security groups to individual Pods").
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        cluster: eks.ICluster,
        name: str,
        instance_types: Sequence[str],
        sizes: tuple[int, int, int],
        disk: cdk.Size,
        arm: bool = False,
        spot: bool = False,
        labels: Mapping[str, str] | None = None,
        version: str | None = None,
    ) -> None:
        """Make the group; `sizes` are its fewest, wanted and most nodes.

        `version` is a minor version of Kubernetes, such as "1.35", at most the cluster's. Left out, EKS takes the
        cluster's: when it makes the group, and when the template changes (EKS API reference, UpdateNodegroupVersion).
        """
        super().__init__(scope, construct_id)
        size, gp3 = int(disk.to_gibibytes()), ec2.EbsDeviceVolumeType.GP3
        volume = ec2.BlockDeviceVolume.ebs(size, encrypted=True, volume_type=gp3)
        template = ec2.LaunchTemplate(
            self,
            "Template",
            block_devices=[ec2.BlockDevice(device_name="/dev/xvda", volume=volume)],
            http_tokens=ec2.LaunchTemplateHttpTokens.REQUIRED,
            http_put_response_hop_limit=1,
        )
        # not the construct's path, which a pipeline makes longer: another name is another version, and replaces nodes
        cdk.Tags.of(template).add("Name", f"{cluster.cluster_name}-{name}")
        # a template that is made has an id
        spec = eks.LaunchTemplateSpec(id=template.launch_template_id or "", version=template.latest_version_number)
        least, wanted, most = sizes
        ami = eks.NodegroupAmiType
        self.resource = eks.Nodegroup(
            self,
            "Resource",
            cluster=cluster,
            subnets=PRIVATE,  # of a VPC without any, CDK would take public ones
            ami_type=ami.AL2023_ARM_64_STANDARD if arm else ami.AL2023_X86_64_STANDARD,
            capacity_type=eks.CapacityType.SPOT if spot else eks.CapacityType.ON_DEMAND,
            min_size=least,
            desired_size=wanted,
            max_size=most,
            labels={"podnet.io/node-group": name, **(labels or {})},
            force_update=False,  # an update fails rather than end a pod that a disruption budget protects
            launch_template_spec=spec,
        )
        made = cast("eks.CfnNodegroup", self.resource.node.default_child)
        # the L2 has only releaseVersion, which names one image and would have to be raised with every one; it refuses
        # types whose names it cannot read, such as u7i-12tb.224xlarge, and those with GPUs
        made.version, made.instance_types = version, list(instance_types)
