"""What `make preflight` says of the account's vCPUs, asked of a fake of Service Quotas and EC2."""

import copy
import json

import pytest
import yaml

from preflight.account import Account
from preflight.quotas import LOOKS
from settings import load
from settings.loading import FOLDER
from tests.unit.fake_aws import answering

(LOOK,) = LOOKS
VCPUS = {"m5.large": 2, "m5.xlarge": 4, "c6i.large": 2, "g4dn.xlarge": 4}
GROUP = {"name": "more", "min_size": 1, "max_size": 4, "desired_size": 4}


@pytest.fixture
def told(monkeypatch, environment_file):
    """A function: what is found of dev with further node groups, where the account may run so many vCPUs."""

    def see(quota, *groups, **first):
        content = copy.deepcopy(yaml.safe_load((FOLDER / "dev.yaml").read_text()))
        content["node_groups"][0].update(first)
        content["node_groups"] += groups
        settings = load(environment_file(json.dumps(content)))
        with answering(monkeypatch, quota=quota, vcpus=VCPUS):
            return LOOK(settings, Account("eu-west-1"))

    return see


@pytest.mark.parametrize(
    ("quota", "groups", "wanted"),
    [
        (5.0, (), "on-demand nodes start with 6 vCPUs of standard instances, and the account may run 5"),
        (13.0, ({**GROUP, "instance_types": ["m5.xlarge", "c6i.large"]},), "start with 14 vCPUs"),
        (7.0, ({**GROUP, "instance_types": ["c6i.large"], "capacity": "spot"},), "spot nodes start with 8 vCPUs"),
    ],
)
def test_nodes_that_the_account_may_not_run_are_told(told, quota, groups, wanted):
    """Of several types the smallest counts; on-demand and spot have a quota each."""
    (problem,) = told(quota, *groups).problems
    assert wanted in problem


@pytest.mark.parametrize(
    ("quota", "groups"),
    [
        (6.0, ()),
        (14.0, ({**GROUP, "instance_types": ["m5.xlarge", "c6i.large"]},)),
        (8.0, ({**GROUP, "instance_types": ["c6i.large"], "capacity": "spot"},)),
        (6.0, ({**GROUP, "instance_types": ["g4dn.xlarge"]},)),
    ],
)
def test_nodes_that_it_may_run_are_not(told, quota, groups):
    """Accelerated types have quotas of their own."""
    assert told(quota, *groups).result == "holds"


def test_an_answer_that_nobody_expects_is_not_tried_with_its_words(told):
    """It ends no other look."""
    found = told(None)
    words = "servicequotas:GetServiceQuota was answered with IllegalArgumentException no such quota"
    assert (found.result, found.not_tried) == ("not tried", words)


def test_without_standard_instances_nothing_is_asked(told):
    """No promise is made up."""
    assert told(0.0, instance_types=["g4dn.xlarge"]) is None
