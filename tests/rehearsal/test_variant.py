"""The second deploy's file really differs, and is a valid file of the same environment."""

import pathlib

import pytest

from rehearsal.variant import Variant
from settings import load

ENVIRONMENTS = pathlib.Path(__file__).parents[2] / "environments"


@pytest.mark.parametrize("name", ["dev", "existing", "prod"])
def test_something_of_each_kind_changes(name, tmp_path):
    """Add-on version, variable, rule and number of workloads; nothing else, and the stacks keep their names."""
    variant = Variant(ENVIRONMENTS / f"{name}.yaml", tmp_path)
    before, after = load(name), load(str(variant.path))
    assert after.name == before.name
    assert after.pod_networking.vpc_cni.version != before.pod_networking.vpc_cni.version
    assert after.pod_networking.env != before.pod_networking.env
    assert len(after.workloads[0].ingress) == len(before.workloads[0].ingress) + 1
    assert after.network == before.network
    assert after.peers == before.peers
    assert len(variant.changes) >= 3


def test_no_namespace_loses_its_last_workload(tmp_path):
    """CDK does not destroy a stack that the app no longer has; it would stay behind."""
    variant = Variant(ENVIRONMENTS / "dev.yaml", tmp_path)
    before, after = load("dev"), load(str(variant.path))
    assert len(after.workloads) == len(before.workloads) - 1
    assert {w.namespace for w in after.workloads} == {w.namespace for w in before.workloads}
