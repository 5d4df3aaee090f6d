"""Logical ids last: another id is another resource, which a deploy makes anew, or which AWS refuses as a second one."""

import pathlib

import pytest

from rehearsal.checks.stays import carries

KNOWN = pathlib.Path(__file__).with_name("lasting_ids.txt")
# a second one of these is refused while the first one stands; custom resources undo what they did when they go
ONE = ("AWS::EC2::Route", "AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroupEgress", "AWS::EC2::VPCEndpoint")
LASTS = (*ONE, "AWS::EKS::AccessEntry", "Custom::")


@pytest.mark.parametrize("name", ["dev", "prod", "existing"])
def test_no_resource_that_lasts_is_called_otherwise(name, synthesized):
    """Whoever must rename one changes the list, tries `make rehearse FROM=…`, and says in CHANGELOG what to do."""
    found = {
        f"{name}-{stack} {logical_id} {resource['Type']}"
        for stack, template in synthesized(name).templates.items()
        for logical_id, resource in template["Resources"].items()
        if carries(resource["Type"]) or resource["Type"].startswith(LASTS)
    }
    known = {line for line in KNOWN.read_text().splitlines() if line.startswith(f"{name}-")}
    assert known - found == set(), "gone, or called otherwise"
    assert found - known == set(), "new: write it into the list"


def test_the_list_is_in_order():
    """So that a change of it is read at a glance."""
    lines = KNOWN.read_text().splitlines()
    assert lines == sorted(set(lines))
