"""What `make diff` tells of an existing cluster's service range is what becomes of the templates."""

import json

import pytest
import yaml

from review.changes import compare
from review.content import content
from settings import load
from settings.files import FOLDER


@pytest.fixture
def loaded(environment_file):
    """Return a function that loads `existing.yaml` with a service range, and with or without the cache."""

    def load_with(service_cidr, cache):
        found = yaml.safe_load((FOLDER / "existing.yaml").read_text())
        found["existing_cluster"]["service_cidr"] = service_cidr
        found["pod_networking"]["dns_cache"]["enabled"] = cache
        return load(environment_file(json.dumps(found)))

    return load_with


@pytest.mark.parametrize(
    ("after", "cache", "kind"),
    [("172.21.0.0/16", True, "DNS"), ("172.20.0.0/17", True, "nothing"), ("172.21.0.0/16", False, "nothing")],
)
def test_the_cache_restarts_for_another_tenth_address_alone(loaded, synthesized, after, cache, kind):
    """A range whose tenth address is the same, or one without a cache, changes no template."""
    one, other = loaded("172.20.0.0/16", cache), loaded(after, cache)
    (change,) = compare(content(one, []), content(other, []), "saved")["changes"]
    assert [effect["kind"] for effect in change["effects"]] == [kind]
    assert (synthesized(one).templates == synthesized(other).templates) == (kind == "nothing")
