"""Whatever the review lets pass is synthesized: a sample of random environment files."""

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from taken_once import taken_twice

from review import check, stops
from review.rules.stacks import resources_of_namespaces, resources_of_network
from settings import SettingsError, load
from tests.any_environment import EXAMPLES, environments

SAMPLE = max(5, EXAMPLES // 40)
METADATA = 1  # the CDK CLI lets each stack have a resource of CDK's own
QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much, HealthCheck.too_slow]


@settings(max_examples=SAMPLE, deadline=None, suppress_health_check=QUIET, phases=[Phase.generate])
@given(file=environments())
def test_what_the_review_lets_pass_becomes_stacks(environment_file, synthesized, file):
    """Every stack has a template, nothing is refused that no rule named, and nothing is made twice."""
    try:
        loaded = load(environment_file(file))
    except SettingsError:
        assume(False)
        pytest.fail("not reached: assume raises")
    assume(not stops(check(loaded)))
    found = synthesized(loaded)
    assert "PodNetworking" in found.templates
    assert {f"Workloads-{workload.namespace}" for workload in loaded.workloads} <= set(found.templates)
    for namespace in {workload.namespace for workload in loaded.workloads}:
        made = len(found.templates[f"Workloads-{namespace}"]["Resources"]) + METADATA
        assert made == resources_of_namespaces(loaded)[namespace]
    assert [twice for template in found.templates.values() for twice in taken_twice(template)] == []
    if loaded.cluster:
        assert len(found.templates["Network"]["Resources"]) + METADATA <= resources_of_network(loaded)
