"""Each variable that podnet sets is read by the node's code: without it, packets go another way than the model says."""

import dataclasses

import pytest

from review.flows import predict
from tests.dataplane.cell import Cell
from tests.dataplane.comparison import compare
from tests.dataplane.jobs import job
from tests.dataplane.lab.outside import measure

CELL = Cell(enforcing_mode="standard", external_snat=False, excluded=True, cache=True, early_demux=False)
STRICT = dataclasses.replace(CELL, enforcing_mode="strict")
REROUTED = dataclasses.replace(CELL, rerouted=True)
EXTERNAL = dataclasses.replace(CELL, external_snat=True, excluded=False)
CASES = [
    ("ENABLE_POD_ENI", STRICT, "sgp-to-local-dns"),
    ("POD_SECURITY_GROUP_ENFORCING_MODE", CELL, "sgp-to-cluster-dns"),
    ("AWS_VPC_K8S_CNI_EXTERNALSNAT", EXTERNAL, "sgp-to-peer"),
    ("AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS", CELL, "sgp-to-peer"),
    ("AWS_EXTERNAL_SERVICE_CIDRS", REROUTED, "sgp-to-peer"),
    ("DISABLE_TCP_EARLY_DEMUX", STRICT, "kubelet-to-sgp"),
]


@pytest.mark.parametrize(("variable", "cell", "flow"), CASES, ids=lambda value: value if isinstance(value, str) else "")
def test_without_the_variable_the_flow_goes_another_way(base, variable, cell, flow):
    """Taken out of what the settings put on aws-node and its init container, nothing else changed."""
    whole = job(cell.settings(base), "whole", [cell.moment_of(base)], only=[flow])
    (moment,) = whole.moments
    assert variable in {**whole.aws_node, **moment.init}
    without = dataclasses.replace(
        whole,
        name="without",
        aws_node={name: value for name, value in whole.aws_node.items() if name != variable},
        moments=(dataclasses.replace(moment, init={k: v for k, v in moment.init.items() if k != variable}),),
    )
    told = [one for one in predict(cell.conditions(base, "nat-gateway")) if one.id == flow]
    found = measure([whole, without]).outcomes
    seen = {
        name: [dataclasses.replace(one, peer="") for one in found if one.job == name] for name in ("whole", "without")
    }
    assert not any(one.differences for one in compare(told, seen["whole"]))
    assert all(one.differences for one in compare(told, seen["without"]))
