"""The namespace of a workload's policies."""

import cdk8s
import pytest
from chart_objects import render

from charts.workload_namespace import WorkloadNamespace


def test_it_is_one_namespace_and_says_nothing_more():
    """Labels and annotations are its owner's."""
    assert render(WorkloadNamespace, name="shop") == [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}
    ]


def test_a_name_that_kubernetes_would_refuse_is_refused():
    """Before anything is deployed."""
    with pytest.raises(ValueError, match=r"name must be a DNS-1123 label, got 'a\.b'"):
        WorkloadNamespace(cdk8s.App(), "Namespace", name="a.b")
