"""An existing cluster gets no namespace of podnet's; a new one does."""

import pytest

from review.changes import compare
from review.content import content

MORE = {"name": "audit", "pod_labels": {"app": "audit"}, "ingress": [{"port": 9000, "from": {"cluster": True}}]}


@pytest.mark.parametrize(
    ("name", "namespace", "needed"),
    [("existing", "audits", True), ("existing", "payments", False), ("dev", "audits", False)],
)
def test_the_first_workload_of_a_namespace_needs_it_in_an_existing_cluster(changed, name, namespace, needed):
    """Without it the deploy fails: namespaces "audits" not found."""
    one, other = (
        content(changed(name, lambda c, some=some: c["workloads"].extend(some)), [])
        for some in ([], [{**MORE, "namespace": namespace}])
    )
    (change,) = compare(one, other, "saved")["changes"]
    told = [effect for effect in change["effects"] if f"{namespace} must be there" in effect["sentence"]]
    assert [effect["kind"] for effect in told] == ["nothing"] * needed
