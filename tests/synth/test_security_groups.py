"""What EC2 demands of every security group and rule."""

import re

import pytest

from settings import load

# EC2 API, CreateSecurityGroup ("GroupDescription") and IpRange ("Description")
TAKEN = re.compile(r"[-A-Za-z0-9 ._:/()#,@\[\]+=&;{}!$*]{1,255}")


@pytest.fixture
def strict():
    """Return dev with probes through the VPC, which adds a rule, and without a cache, which would not be reached."""
    dev = load("dev")
    cache = dev.pod_networking.dns_cache.model_copy(update={"enabled": False})
    pods = dev.pod_networking.model_copy(update={"enforcing_mode": "strict", "dns_cache": cache})
    return dev.model_copy(update={"pod_networking": pods})


def texts(found):
    """Give each description of a template's groups and rules with its place."""
    for stack in found.stacks:
        for name, resource in found.templates[stack]["Resources"].items():
            given = resource.get("Properties", {})
            if resource["Type"].startswith("AWS::EC2::SecurityGroup"):
                inline = [*given.get("SecurityGroupIngress", ()), *given.get("SecurityGroupEgress", ())]
                for one in (given, *inline):
                    text = one.get("GroupDescription", one.get("Description"))
                    yield f"{stack} {name}", text if isinstance(text, str) or text is None else "reference"


@pytest.mark.parametrize("environment", ["dev", "prod", "existing", "strict"])
def test_every_description_has_only_the_characters_that_ec2_takes(synthesized, request, environment):
    """An apostrophe is none of them, and stops the stack."""
    what = request.getfixturevalue("strict") if environment == "strict" else environment
    described = {(place, text) for place, text in texts(synthesized(what)) if text is not None}
    assert len(described) >= 6
    assert {(place, text) for place, text in described if not TAKEN.fullmatch(text)} == set()
    assert any("Probes" in place for place, _ in described) == (environment == "strict")


def test_every_group_is_described_as_ever(synthesized):
    """EC2 changes no description: another one is another group, and pods keep the old one until they start again."""
    found = synthesized("dev")
    groups = [group for stack in found.stacks for group in found.resources(stack, "AWS::EC2::SecurityGroup").values()]
    assert sorted(group["Properties"]["GroupDescription"] for group in groups) == [
        "EKS Control Plane Security Group",  # CDK's
        "pods of monitoring/prometheus",
        "pods of shop/orders-api",
        "pods of shop/orders-worker",
        "what every pod with a group of its own needs",
    ]
    endpoints = synthesized("prod").resources("Network", "AWS::EC2::SecurityGroup").values()
    assert [group["Properties"]["GroupDescription"] for group in endpoints] == ["interface endpoints"]
