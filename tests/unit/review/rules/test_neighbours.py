"""Rules about the environments of one folder: each case is two files, and what the first one is told."""

import copy
import json

import pytest
import yaml

from review.rules import check
from settings import load, neighbours
from settings.loading import FOLDER

GATEWAY = "tgw-0d1a2b3c4d5e6f701"


def _narrower(content):
    content["network"]["cidr"] = "10.20.128.0/17"


def _apart(content):
    content["network"]["cidr"] = "10.21.0.0/16"


def _other_peer(content):
    content["peers"][0]["vpc_id"] = "vpc-0d1a2b3c4d5e6f7ff"


def _by_gateway(content):
    del content["peers"][0]["vpc_id"]
    content["peers"][0]["transit_gateway_id"] = GATEWAY


def _in_a_vpc(tables=("rtb-0e1a2b3c4d5e6f721", "rtb-0e1a2b3c4d5e6f722"), vpc="vpc-0e1a2b3c4d5e6f701"):
    def change(content):
        del content["network"]
        content["existing_network"] = {
            "vpc_id": vpc,
            "cidr": "10.60.0.0/16",
            "availability_zones": ["eu-west-1a", "eu-west-1b"],
            "private_subnet_ids": ["subnet-0e1a2b3c4d5e6f711", "subnet-0e1a2b3c4d5e6f712"],
            "private_route_table_ids": list(tables),
        }

    return change


def _both(*changes):
    def change(content):
        for one in changes:
            one(content)

    return change


def _as_it_is(_):
    pass


OTHER_TABLES = ("rtb-0e1a2b3c4d5e6f731", "rtb-0e1a2b3c4d5e6f732")
SHARED, APART, CONNECTS = (
    "one-environment-has-a-cluster",
    "peers-tell-environments-apart",
    "one-environment-connects-a-vpc",
)
CASES = [
    (SHARED, "existing", _as_it_is, _as_it_is, "existing_cluster.name: payments-eu, which beside describes too"),
    (
        APART,
        "dev",
        _as_it_is,
        _as_it_is,
        "network.cidr: 10.20.0.0/16, and beside has 10.20.0.0/16 and reaches data too",
    ),
    (
        APART,
        "dev",
        _as_it_is,
        _narrower,
        "network.cidr: 10.20.0.0/16, and beside has 10.20.128.0/17 and reaches data too",
    ),
    (
        APART,
        "dev",
        _by_gateway,
        _by_gateway,
        "network.cidr: 10.20.0.0/16, and beside has 10.20.0.0/16 and reaches data too",
    ),
    (
        APART,
        "dev",
        _in_a_vpc(),
        _in_a_vpc(vpc="vpc-0e1a2b3c4d5e6f7ff"),
        "existing_network.cidr: 10.60.0.0/16, and beside has 10.60.0.0/16 and reaches data too",
    ),
    (
        CONNECTS,
        "dev",
        _in_a_vpc(),
        _in_a_vpc(OTHER_TABLES),
        "peers[0].vpc_id: vpc-0d1a2b3c4d5e6f701, to which beside leads from the same VPC",
    ),
    (
        CONNECTS,
        "dev",
        _both(_in_a_vpc(), _by_gateway),
        _both(_in_a_vpc(), _by_gateway),
        f"peers[0].transit_gateway_id: {GATEWAY}, to which beside leads from the same VPC",
    ),
]
RIGHT = [
    (SHARED, "existing", _as_it_is, lambda c: c["existing_cluster"].update(name="another")),
    (SHARED, "existing", _as_it_is, lambda c: c.update(account="222222222222")),
    (SHARED, "existing", _as_it_is, lambda c: c.update(region="eu-central-1")),
    (SHARED, "dev", _as_it_is, _as_it_is),
    (APART, "dev", _as_it_is, _apart),
    (APART, "dev", _as_it_is, _other_peer),
    (APART, "dev", _as_it_is, _by_gateway),
    (APART, "dev", _in_a_vpc(), _in_a_vpc()),
    (CONNECTS, "dev", _as_it_is, _as_it_is),
    (CONNECTS, "dev", _in_a_vpc(), _in_a_vpc(vpc="vpc-0e1a2b3c4d5e6f7ff")),
    (CONNECTS, "dev", _in_a_vpc(), _both(_in_a_vpc(), _other_peer)),
    (CONNECTS, "dev", _both(_in_a_vpc(), _by_gateway), _both(_in_a_vpc(OTHER_TABLES), _by_gateway)),
]


@pytest.fixture
def folder(tmp_path):
    """Return a function that writes a shipped file, changed, into the folder under a name, and returns its path."""

    def write(shipped, name, change):
        content = copy.deepcopy(yaml.safe_load((FOLDER / f"{shipped}.yaml").read_text()))
        change(content)
        file = tmp_path / f"{name}.yaml"
        file.write_text(json.dumps(content))
        return str(file)

    return write


def _told(folder, shipped, one, other):
    mine, _ = folder(shipped, "mine", one), folder(shipped, "beside", other)
    return [(finding.rule.id, f"{finding.path}: {finding.got}") for finding in check(load(mine))]


@pytest.mark.parametrize("case", CASES, ids=[f"{case[0]}:{case[4]}" for case in CASES])
def test_two_files_that_cannot_both_be_deployed_are_told(folder, case):
    """The path in the own file, and the other file's name."""
    rule, shipped, one, other, told = case
    assert [got for found, got in _told(folder, shipped, one, other) if found == rule] == [told]


@pytest.mark.parametrize(("rule", "shipped", "one", "other"), RIGHT)
def test_two_files_that_can_are_let_pass(folder, rule, shipped, one, other):
    """What differs is enough."""
    assert rule not in [found for found, _ in _told(folder, shipped, one, other)]


def test_an_existing_cluster_with_another_ones_range_is_its_owners(folder):
    """Podnet makes no way to its peers; of the new cluster beside it it does."""
    peer = {"name": "data", "vpc_id": "vpc-0d1a2b3c4d5e6f701", "cidr": "10.99.0.0/16"}
    there = folder(
        "existing", "there", lambda c: (c["existing_network"].update(cidr="10.20.0.0/16"), c.update(peers=[peer]))
    )
    new = folder("dev", "new", _as_it_is)
    assert APART not in [finding.rule.id for finding in check(load(there))]
    assert APART in [finding.rule.id for finding in check(load(new))]


def test_files_that_are_no_environment_or_a_wrong_one_are_passed_over(folder, tmp_path):
    """A pipeline, a broken file, a folder, and one that may not be read as text: none stops this environment."""
    mine = folder("dev", "mine", _as_it_is)
    (tmp_path / "pipeline.yaml").write_bytes((FOLDER / "pipeline.yaml").read_bytes())
    folder("dev", "wrong", lambda c: c["network"].update(cidr="10.20.0.0"))
    (tmp_path / "bytes.yaml").write_bytes(b"pod_networking: \xff")
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "large.yaml").write_text("- a: 1\n" * 1000)
    folder("dev", "right", _as_it_is)
    assert [one.name for one in neighbours(load(mine))] == ["right"]


def test_the_shipped_files_can_all_be_deployed():
    """Each is a neighbour of the others."""
    assert [one.name for one in neighbours(load("dev"))] == ["existing", "prod"]
