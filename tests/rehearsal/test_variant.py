"""The second deploy's file really differs, and is a valid file of the same environment."""

import pathlib

import pytest
import yaml

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


@pytest.mark.parametrize("before", [None, "once"])
@pytest.mark.parametrize("left", [0, 1, 2])
def test_a_manifest_of_a_new_cluster_changes_whatever_its_file_has(tmp_path, left, before):
    """Otherwise nothing calls kubectl's functions, and `functions woke up` is not proven for a file of one workload."""
    content = yaml.safe_load((ENVIRONMENTS / "dev.yaml").read_text())
    content["workloads"] = content["workloads"][:left]
    content["pod_networking"] |= {"run_again": before} if before else {}
    (tmp_path / "one.yaml").write_text(yaml.safe_dump(content))
    (tmp_path / "changed").mkdir()
    variant = Variant(tmp_path / "one.yaml", tmp_path / "changed")
    after = load(str(variant.path))
    assert (after.pod_networking.run_again != (before or "")) is (left < 2)
    assert len(after.workloads) == min(left, 1)


def test_no_namespace_loses_its_last_workload(tmp_path):
    """CDK does not destroy a stack that the app no longer has; it would stay behind."""
    variant = Variant(ENVIRONMENTS / "dev.yaml", tmp_path)
    before, after = load("dev"), load(str(variant.path))
    assert len(after.workloads) == len(before.workloads) - 1
    assert {w.namespace for w in after.workloads} == {w.namespace for w in before.workloads}


def test_a_workload_that_others_name_stays_and_so_does_one_with_a_rule_between_namespaces(tmp_path):
    """The file would be wrong without the first; an export in use keeps the second."""
    content = yaml.safe_load((ENVIRONMENTS / "dev.yaml").read_text())
    api, worker, prometheus = content["workloads"]
    api["egress"] = [{"port": 9000, "to": {"workload": "orders-worker"}}]
    worker["ingress"] = []
    more = {**prometheus, "name": "more", "pod_labels": {"app": "more"}}
    more["egress"] = [{"port": 1, "to": {"workload": "orders-api", "namespace": "shop"}}]
    content["workloads"] = [api, worker, more, prometheus]
    (tmp_path / "names.yaml").write_text(yaml.safe_dump(content))
    (tmp_path / "changed").mkdir()
    after = load(str(Variant(tmp_path / "names.yaml", tmp_path / "changed").path))
    assert [workload.name for workload in after.workloads] == ["orders-api", "orders-worker", "more"]
    content["workloads"].pop()
    (tmp_path / "names.yaml").write_text(yaml.safe_dump({**content, "workloads": content["workloads"]}))
    after = load(str(Variant(tmp_path / "names.yaml", tmp_path / "changed").path))
    assert len(after.workloads) == 3
