"""A VPC that somebody else manages."""

from settings.network import ExistingNetwork

NETWORK = ExistingNetwork(
    vpc_id="vpc-0e1a2b3c4d5e6f701",
    cidr="10.60.0.0/16",
    availability_zones=("eu-west-1a", "eu-west-1b"),
    private_subnet_ids=("subnet-0e1a2b3c4d5e6f711", "subnet-0e1a2b3c4d5e6f712"),
    private_route_table_ids=("rtb-0e1a2b3c4d5e6f721", "rtb-0e1a2b3c4d5e6f722"),
)
