"""The rule on the resources of a stack counts what the templates have, without a synth."""

import json

import pytest
import yaml

from review.rules.stacks import resources_of_namespaces, resources_of_network
from settings import load
from settings.files import FOLDER, environments

METADATA = 1  # the CDK CLI lets each stack have a resource of CDK's own
GROUP, TABLES = "sg-0d1a2b3c4d5e6f703", ["rtb-0d1a2b3c4d5e6f702", "rtb-0d1a2b3c4d5e6f704"]
GIVEN = "sg-0d1a2b3c4d5e6f7aa"
GATEWAY = {"transit_gateway_id": "tgw-0a1b2c3d4e5f60718"}
PEERS = [
    {"name": "data", "vpc_id": "vpc-0d1a2b3c4d5e6f701", "cidr": "10.99.0.0/16", "further_cidrs": ["100.66.0.0/16"],
     "peer_side": {"security_group_id": GROUP, "route_table_ids": TABLES}},
    {"name": "hall", **GATEWAY, "cidr": "10.97.0.0/16", "further_cidrs": ["10.96.0.0/16"],
     "peer_side": {"security_group_id": GROUP, "route_table_ids": ["rtb-0d1a2b3c4d5e6f705"]}},
    {"name": "yard", **GATEWAY, "cidr": "10.95.0.0/16"},
]  # fmt: skip
ENDS = [
    {"cluster": True}, {"security_group_id": GROUP}, {"workload": "orders-worker"}, {"cidr": "10.20.0.0/16"},
    {"peer": "data"}, {"prefix_list_id": "pl-0d1a2b3c4d5e6f706"}, {"workload": "prometheus", "namespace": "monitoring"},
]  # fmt: skip


def every_way(content):
    """Peers of every kind, and workloads with a rule for each end; two peers share the group of their servers."""
    content["peers"] = PEERS
    content["workloads"][0] |= {
        "ingress": [{"port": 8000 + i, "from": end} for i, end in enumerate(ENDS)],
        "egress": [{"port": 9000 + i, "to": end} for i, end in enumerate(ENDS)],
        "reaches": [
            {"peer": "data", "port": 5432},
            {"peer": "hall", "port": 5432},
            {"peer": "yard", "port": 5432},
            *({"security_group_id": GIVEN, "port": port} for port in (3306, 9006)),
            {"security_group_id": GROUP, "port": 5432},
        ],
    }
    content["workloads"][0]["egress"].append({"port": 9006, "to": {"security_group_id": GIVEN}})
    content["workloads"][1]["reaches"].append({"security_group_id": GIVEN, "port": 3306})
    content["workloads"][2]["reaches"] = [{"security_group_id": GIVEN, "port": 3306}]
    there = {"workload": "orders-worker", "namespace": "shop"}
    content["workloads"][2] |= {
        "ingress": [{"port": 7000 + i, "from": end} for i, end in enumerate((*ENDS[:2], there))]
    }


def without_peers(content):
    """No S3 endpoint, and more NAT gateways than zones, of which each gets one."""
    content["network"] |= {"s3_endpoint": False, "flow_logs": True, "nat_gateways": 6}
    content["peers"], content["workloads"] = [], [{**content["workloads"][0], "reaches": []}]


def in_one_namespace(content):
    """Nothing is exported."""
    every_way(content)
    content["workloads"] = content["workloads"][:2]
    for key, end in (("ingress", "from"), ("egress", "to")):
        rules = content["workloads"][0][key]
        content["workloads"][0][key] = [rule for rule in rules if "namespace" not in rule[end]]
    content["workloads"][1].pop("egress")


def in_an_existing_network(content):
    """Peers of every kind where the VPC and the attachments are their owner's."""
    every_way(content)
    network = yaml.safe_load((FOLDER / "existing.yaml").read_text())["existing_network"]
    content["existing_network"] = network | {"private_route_table_ids": ["rtb-0e1a2b3c4d5e6f721"] * 2}
    content["existing_network"]["further_cidrs"] = ["100.64.0.0/16"]
    del content["network"]


def check(settings, found):
    """Compare the counts with the templates."""
    made = {name: len(template["Resources"]) + METADATA for name, template in found.templates.items()}
    for namespace in {workload.namespace for workload in settings.workloads}:
        assert resources_of_namespaces(settings)[namespace] == made[f"Workloads-{namespace}"]
    if settings.cluster:
        assert resources_of_network(settings) == made["Network"]


@pytest.mark.parametrize("name", environments())
def test_a_shipped_environment_has_the_resources_that_are_counted(synthesized, name):
    """To the last one."""
    check(load(name), synthesized(name))


@pytest.mark.parametrize("change", [every_way, without_peers, in_one_namespace, in_an_existing_network])
def test_whatever_a_file_asks_for_is_counted(synthesized, environment_file, change):
    """Nothing in it is made that the count does not know."""
    content = yaml.safe_load((FOLDER / "dev.yaml").read_text())
    change(content)
    settings = load(environment_file(json.dumps(content)))
    check(settings, synthesized(settings))
