"""A workload reaches servers of its own VPC by their group: rules at both ends, where both are needed."""

import json

import pytest
import yaml

from settings import load
from settings.files import FOLDER

DATABASE = "sg-0e1a2b3c4d5e6f7aa"
REACH = {"security_group_id": DATABASE, "port": 5432}
NAMED = {"port": 5432, "to": {"security_group_id": DATABASE}}
EVERYTHING = {"protocol": "all", "to": {"cidr": "0.0.0.0/0"}}


@pytest.fixture
def rules(environment_file, synthesized):
    """Return a function: what the workload's stack lets in at the database, and out of the workload's own group."""

    def make(**workload):
        content = yaml.safe_load((FOLDER / "existing.yaml").read_text())
        content["workloads"][0] |= {"ingress": [], **workload}
        found = synthesized(load(environment_file(json.dumps(content))))
        own, group = found.only("Workloads-payments", "AWS::EC2::SecurityGroup")
        kinds = {"GroupId": "Ingress", "DestinationSecurityGroupId": "Egress"}
        sides = {
            end: [
                rule["Properties"]
                for rule in found.resources("Workloads-payments", f"AWS::EC2::SecurityGroup{kind}").values()
                if rule["Properties"].get(end) == DATABASE
            ]
            for end, kind in kinds.items()
        }
        return {"Fn::GetAtt": [own, "GroupId"]}, group["Properties"]["SecurityGroupEgress"], *sides.values()

    return make


def test_the_group_lets_the_workload_in(rules):
    """And nothing is added to a group that sends everything."""
    own, sends, admitted, let_out = rules(reaches=[REACH])
    assert [
        (rule["SourceSecurityGroupId"], rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) for rule in admitted
    ] == [(own, "tcp", 5432, 5432)]
    assert admitted[0]["Description"] == "pods of payments/ledger"
    assert [rule["IpProtocol"] for rule in sends] == ["-1"]
    assert let_out == []


@pytest.mark.parametrize("egress", [[], [NAMED], [{**NAMED, "port": 5433}]])
def test_where_egress_is_restricted_it_is_let_out_once(rules, egress):
    """An egress rule for the same port says it already."""
    own, _, admitted, let_out = rules(reaches=[REACH], egress=egress)
    assert len(admitted) == 1
    assert [rule["GroupId"] for rule in let_out if rule["FromPort"] == 5432] == [own]


def test_a_rule_for_everything_lets_it_out(rules):
    """No second one is made."""
    _, _, admitted, let_out = rules(reaches=[{**REACH, "protocol": "udp"}], egress=[EVERYTHING])
    assert [rule["IpProtocol"] for rule in admitted] == ["udp"]
    assert let_out == []


def test_a_rule_at_a_peers_group_is_one_resource_by_whichever_name(environment_file, synthesized):
    """A file that takes the group from `peer_side` and names it in `reaches` changes nothing, as `make diff` says."""
    made = []
    for side, end in (({"security_group_id": DATABASE}, {"peer": "data"}), ({}, {"security_group_id": DATABASE})):
        content = yaml.safe_load((FOLDER / "existing.yaml").read_text())
        content["peers"] = [{"name": "data", "vpc_id": "vpc-0d1a2b3c4d5e6f701", "cidr": "10.99.0.0/16"}]
        content["peers"][0]["peer_side"] = side
        content["workloads"][0]["reaches"] = [{**end, "port": 5432}]
        found = synthesized(load(environment_file(json.dumps(content))))
        made.append(found.resources("Workloads-payments", "AWS::EC2::SecurityGroupIngress"))
    assert made[0] == made[1]
    assert [one for one in made[0].values() if one["Properties"]["GroupId"] == DATABASE]
