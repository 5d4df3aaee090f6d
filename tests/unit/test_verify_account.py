"""Which cluster a file that makes its own is held against: by the ARN that the AWS CLI writes into a kubeconfig."""

import pytest

from settings import load
from verify.cluster import Cluster, same

ARN = "arn:aws:eks:{}:{}:cluster/Cluster9EE0221C-1a2b"


@pytest.mark.parametrize(
    ("region", "account", "problems"),
    [
        ("eu-west-1", "111111111111", []),
        ("eu-west-1", "222222222222", ["account must be 111111111111, got 222222222222"]),
        ("us-east-1", "111111111111", ["region must be eu-west-1, got us-east-1"]),
    ],
)
def test_a_cluster_of_another_account_or_region_is_another_one(region, account, problems):
    """Both environments of a team often have one region and an account each."""
    (found,) = same(load("dev"), Cluster(name=ARN.format(region, account)), any_server=False)
    assert found.problems == problems
    assert "--context" in found.fix


@pytest.mark.parametrize("name", ["", "dev.eu-west-1.eksctl.io", "rehearsal"])
def test_a_kubeconfig_of_another_tool_tells_nothing(name):
    """Neither that it is the cluster, nor that it is another."""
    assert [*same(load("dev"), Cluster(name=name), any_server=False)] == []
