"""What is told of a variable holds in the mode of the file, and beside its other variables (packets.md, the cells)."""

import pytest

from review.content import content

SNAT, EXCLUDED = "AWS_VPC_K8S_CNI_EXTERNALSNAT", "AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS"
NOT_TRANSLATED = "the node translates nothing"


def _told(changed, **pods):
    settings = changed("existing", lambda c: c["pod_networking"].update(pods))
    return {row["variable"]: f"{row['why']} / {row['without']}" for row in content(settings, [])["variables"]}


@pytest.mark.parametrize("external", [True, False])
def test_in_strict_mode_snat_is_told_of_plain_pods_alone(changed, external):
    """Pods with groups of their own are never translated there, whatever the two variables say."""
    pods = {"external_snat": external, "exclude_snat_cidrs": ["10.99.0.0/16"]}
    told = _told(changed, enforcing_mode="strict", **pods)
    assert "plain pods" in told[SNAT]
    assert "admits the pod's group" not in told[SNAT]
    assert (NOT_TRANSLATED if external else "packets of plain pods") in told[EXCLUDED]
    told = _told(changed, **pods)
    assert "plain pods" not in told[SNAT] + told[EXCLUDED]
    assert (NOT_TRANSLATED in told[EXCLUDED]) == external


def test_without_a_cache_none_is_promised(changed):
    """Standard mode then serves probes and link-local services alone."""
    mode = "POD_SECURITY_GROUP_ENFORCING_MODE"
    assert "cache" in _told(changed)[mode]
    assert "cache" not in _told(changed, dns_cache={"enabled": False})[mode]
