"""A stack that imports what no stack exports makes nothing; what it imports stays as it is."""

import json

import pytest

from tests.rehearsal.observing import soon
from tests.rehearsal.templates import VPC, deployed, resource

IMPORTS = resource("SSM::Parameter", Type="String", Value={"Fn::ImportValue": "a-subnet"})
IMPORTS_NOTHING = resource("SSM::Parameter", Type="String", Value="subnet-1")
EXPORTS = {"One": {"Value": "subnet-1", "Export": {"Name": "a-subnet"}}}


def given(aws, name, resources, *, outputs=None, update=False):
    """Deploy a stack, and give the status that it ends in and what its events tell, the oldest first."""
    template = {"Resources": resources, "Outputs": outputs or {}}
    status, events = deployed(aws("cloudformation"), name, template, update=update)
    told = ("LogicalResourceId", "ResourceStatus", "ResourceStatusReason")
    return status, [tuple(one.get(name) for name in told) for one in reversed(events)]


def test_a_missing_export_ends_a_creation_before_anything_is_made(aws):
    """Also what does not import it and would have come first."""
    end, events = given(aws, "imports", {"Vpc": VPC, "Takes": IMPORTS | {"DependsOn": "Vpc"}})
    assert end == "ROLLBACK_COMPLETE"
    assert events == [
        ("imports", "CREATE_IN_PROGRESS", "User Initiated"),
        ("imports", "ROLLBACK_IN_PROGRESS", "No export named a-subnet found. Rollback requested by user."),
        ("imports", "ROLLBACK_COMPLETE", "Rollback complete"),
    ]


def test_a_missing_export_leaves_an_updated_stack_as_it_was(aws):
    """With what it has, which an update of its own can change afterwards."""
    assert given(aws, "was", {"Vpc": VPC})[0] == "CREATE_COMPLETE"
    end, events = given(aws, "was", {"Takes": IMPORTS}, update=True)
    assert end == "UPDATE_ROLLBACK_COMPLETE"
    assert {name for name, state, _ in events if "ROLLBACK" in state} == {"was"}
    listed = aws("cloudformation").list_stack_resources(StackName="was")["StackResourceSummaries"]
    assert [one["LogicalResourceId"] for one in listed] == ["Vpc"]


def test_an_export_that_is_there_is_imported(aws):
    """And its value is what the resource has."""
    assert given(aws, "gives", {"Vpc": VPC}, outputs=EXPORTS)[0] == "CREATE_COMPLETE"
    named = {"Takes": resource("SSM::Parameter", **IMPORTS["Properties"], Name="taken")}
    assert given(aws, "takes", named)[0] == "CREATE_COMPLETE"
    assert aws("ssm").get_parameter(Name="taken")["Parameter"]["Value"] == "subnet-1"


@pytest.fixture
def pair(aws):
    """Two stacks, of which the second imports from the first; both are deleted in the end, the second first."""
    outputs = {"One": {"Value": "subnet-1", "Export": {"Name": "in-use"}}}
    takes = resource("SSM::Parameter", Type="String", Value={"Fn::ImportValue": "in-use"})
    assert given(aws, "exporter", {"Vpc": VPC}, outputs=outputs)[0] == "CREATE_COMPLETE"
    assert given(aws, "importer", {"Takes": takes})[0] == "CREATE_COMPLETE"
    yield
    cloudformation = aws("cloudformation")
    for name in ("importer", "exporter"):
        cloudformation.delete_stack(StackName=name)
        assert soon(lambda name=name: status(aws, name) == "DELETE_COMPLETE", 20), status(aws, name)


def status(aws, name):
    """What became of a stack, also of a deleted one."""
    found = aws("cloudformation").list_stacks()["StackSummaries"]
    return [one["StackStatus"] for one in found if one["StackName"] == name][-1]


@pytest.mark.parametrize(
    ("outputs", "what"),
    [({"One": {"Value": "subnet-2", "Export": {"Name": "in-use"}}}, "updated"), ({}, "deleted")],
    ids=["changed", "dropped"],
)
def test_an_export_in_use_keeps_its_value(aws, pair, outputs, what):
    """The update is rolled back with CloudFormation's reason, and what it made goes again."""
    end, events = given(aws, "exporter", {"Vpc": VPC, "More": IMPORTS_NOTHING}, outputs=outputs, update=True)
    assert end == "UPDATE_ROLLBACK_COMPLETE"
    assert f"Export in-use cannot be {what} as it is in use by importer" in [reason for _, _, reason in events]
    listed = aws("cloudformation").list_stack_resources(StackName="exporter")["StackResourceSummaries"]
    assert [one["LogicalResourceId"] for one in listed] == ["Vpc"]
    exports = {one["Name"]: one["Value"] for one in aws("cloudformation").list_exports()["Exports"]}
    assert exports["in-use"] == "subnet-1"


@pytest.mark.parametrize(
    ("outputs", "end"),
    [
        ({}, "UPDATE_ROLLBACK_COMPLETE"),
        ({"One": {"Value": "subnet-1", "Export": {"Name": "in-use"}}, "Two": {"Value": "2"}}, "UPDATE_COMPLETE"),
        ({"One": {"Value": "subnet-1", "Export": {"Name": "in-use"}}}, None),
    ],
    ids=["dropped", "added", "same"],
)
def test_a_change_set_of_outputs_alone_has_no_changes_and_is_executed(aws, pair, outputs, end):
    """As `cdk deploy` does, which asks for its status; that of nothing at all has failed."""
    cloudformation, names = aws("cloudformation"), {"StackName": "exporter", "ChangeSetName": "outputs"}
    body = json.dumps({"Resources": {"Vpc": VPC}, "Outputs": outputs})
    cloudformation.create_change_set(**names, ChangeSetType="UPDATE", TemplateBody=body)
    made = cloudformation.describe_change_set(**names)
    assert made["Changes"] == []
    assert made["Status"] == ("CREATE_COMPLETE" if end else "FAILED")
    if end:
        cloudformation.execute_change_set(**names)
        assert soon(lambda: status(aws, "exporter") == end, 20), status(aws, "exporter")


def test_a_stack_whose_export_is_in_use_is_not_deleted(aws, pair):
    """It stays as it is, with an event that says why."""
    cloudformation = aws("cloudformation")
    cloudformation.delete_stack(StackName="exporter")
    newest = cloudformation.describe_stack_events(StackName="exporter")["StackEvents"][0]
    assert newest["ResourceStatus"] == "CREATE_COMPLETE"
    assert newest["ResourceStatusReason"] == "Export in-use cannot be deleted as it is in use by importer"
    assert status(aws, "exporter") == "CREATE_COMPLETE"


def test_an_export_that_nobody_imports_may_change_and_go(aws):
    """Then another stack may have its name."""
    free = {"One": {"Value": "subnet-1", "Export": {"Name": "free"}}}
    changed = {"One": {"Value": "subnet-2", "Export": {"Name": "free"}}}
    named = lambda: {one["Name"]: one["Value"] for one in aws("cloudformation").list_exports()["Exports"]}  # noqa: E731
    assert given(aws, "alone", {"Vpc": VPC}, outputs=free)[0] == "CREATE_COMPLETE"
    assert given(aws, "alone", {"Vpc": VPC}, outputs=changed, update=True)[0] == "UPDATE_COMPLETE"
    assert named()["free"] == "subnet-2"
    assert given(aws, "alone", {"Vpc": VPC}, update=True)[0] == "UPDATE_COMPLETE"
    assert "free" not in named()
