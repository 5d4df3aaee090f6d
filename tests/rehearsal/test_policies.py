"""The check that what a workload lets in is open."""

import pytest

from podnet.pod_security_group import port
from rehearsal.checks import policies
from rehearsal.checks.expect import CheckFailedError
from rehearsal.checks.scene import Scene
from settings import load
from settings.workloads import Rule, Workload

RULES = [{"port": 8080}, {"protocol": "udp", "port": 53, "to_port": 54}, {"protocol": "icmp"}, {"protocol": "all"}]


def _workload(*rules):
    ingress = [Rule.model_validate({**rule, "from": {"cidr": "10.0.0.0/8"}}) for rule in rules]
    return Workload(name="api", namespace="shop", pod_labels={"app": "api"}, ingress=tuple(ingress))


@pytest.fixture
def open_to(aws):
    """Return a function that makes a group with rules as CDK writes them, and gives what EC2 tells of it."""
    ec2 = aws("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.31.0.0/16")["Vpc"]["VpcId"]

    def make(*rules):
        group = ec2.create_security_group(GroupName=str(rules), Description="pods", VpcId=vpc)["GroupId"]
        for rule in rules:
            fields = port(rule.protocol, rule.port, rule.to_port).to_rule_json()
            permission = {f"{name[0].upper()}{name[1:]}": value for name, value in fields.items()}
            permission["IpRanges"] = [{"CidrIp": "10.0.0.0/8"}]
            ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])
        return ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"]

    return make


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_a_rule_of_each_protocol_is_found_where_it_is_and_nowhere_else(open_to, rule):
    """ICMP and all protocols have no port in the file, and EC2 writes them each in its own way."""
    workload, others = _workload(rule), _workload(*(one for one in RULES if one is not rule))
    policies.ingress_is_open(workload, open_to(*workload.ingress))
    with pytest.raises(CheckFailedError, match="a group of api must admit"):
        policies.ingress_is_open(workload, open_to(*others.ingress))


def test_dns_is_looked_for_in_the_group_of_the_nodes_where_the_file_names_one():
    """Where nodes do not carry the cluster's group, nor does CoreDNS; nobody has to be asked for it then."""
    settings = load("existing")
    cluster = settings.existing_cluster.model_copy(update={"node_security_group_id": "sg-0f5a2b3c4d5e6f709"})
    scene = Scene(settings.model_copy(update={"existing_cluster": cluster}), *[None] * 5)
    assert policies.group_of_nodes(scene) == "sg-0f5a2b3c4d5e6f709"
