"""A stack that imports what no stack exports makes nothing."""

from tests.rehearsal.templates import VPC, deployed, resource

IMPORTS = resource("SSM::Parameter", Type="String", Value={"Fn::ImportValue": "a-subnet"})
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
