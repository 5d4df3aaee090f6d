"""A stack that could not go back goes back once what held it is mended."""

from tests.rehearsal.observing import soon
from tests.rehearsal.templates import deployed

FAILS_WHILE = """import json, pathlib, urllib.request
def handler(event, context):
    fails = event['RequestType'] == 'Update' and pathlib.Path({hold!r}).exists()
    told = {{key: event[key] for key in ('StackId', 'RequestId', 'LogicalResourceId')}}
    told |= {{'PhysicalResourceId': 'one', 'Status': 'FAILED' if fails else 'SUCCESS', 'Reason': 'held'}}
    request = urllib.request.Request(event['ResponseURL'], json.dumps(told).encode(), method='PUT')
    urllib.request.urlopen(request)
"""


def test_a_stack_goes_on_going_back_with_nothing_left_out(aws, tmp_path, function, role):
    """So `cdk rollback` asks."""
    hold = tmp_path / "hold"
    hold.touch()
    token = function("held", role("held", ()), code=FAILS_WHILE.format(hold=str(hold)))
    cloudformation = aws("cloudformation")

    def template(text):
        return {"Resources": {"One": {"Type": "Custom::One", "Properties": {"ServiceToken": token, "Text": text}}}}

    assert deployed(cloudformation, "held", template("a"))[0] == "CREATE_COMPLETE"
    assert deployed(cloudformation, "held", template("b"), update=True)[0] == "UPDATE_ROLLBACK_FAILED"
    hold.unlink()
    cloudformation.continue_update_rollback(StackName="held", ResourcesToSkip=[])
    state = lambda: cloudformation.describe_stacks(StackName="held")["Stacks"][0]["StackStatus"]  # noqa: E731
    assert soon(lambda: state() == "UPDATE_ROLLBACK_COMPLETE", 20), state()
    cloudformation.delete_stack(StackName="held")
