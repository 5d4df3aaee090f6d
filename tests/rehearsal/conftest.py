"""A running emulator for tests that need no cluster."""

import io
import itertools
import json
import zipfile

import boto3
import pytest

from rehearsal.emulator.configuration import Configuration
from rehearsal.emulator_process import EmulatorProcess
from rehearsal.parts import module_dir
from rehearsal.ports import free_port
from rehearsal.workspace import Workspace
from tests.rehearsal.observing import ACCOUNT, BEHIND, OFFERS, PEER, PREFIX_LISTS, REGION
from tests.rehearsal.templates import ECHO, deployed, policy, trust

_TRIALS = itertools.count()


@pytest.fixture(scope="session")
def emulator(tmp_path_factory):
    """An emulator with two peer VPCs and no Kubernetes programs."""
    workspace = Workspace(tmp_path_factory.mktemp("emulator") / "state")
    workspace.open()
    configuration = Configuration(
        folder=str(workspace.emulator),
        port=free_port(),
        account=ACCOUNT,
        region=REGION,
        programs={},
        kwok="",
        vpc_cni=str(module_dir("vpc_cni")),
        vpc_resource_controller=str(module_dir("vpc_resource_controller")),
        node_modules="",
        peers=[PEER, BEHIND],
        roles=[],
        prefix_lists=PREFIX_LISTS,
        offers=OFFERS,
    )
    process = EmulatorProcess(workspace, configuration)
    process.start()
    yield process
    process.stop()
    workspace.close()


@pytest.fixture(scope="session")
def aws(emulator):
    """A function that gives a boto3 client of the emulator for a service."""
    session = boto3.Session(aws_access_key_id=ACCOUNT, aws_secret_access_key="rehearsal", region_name=REGION)
    where = {"endpoint_url": emulator.endpoint, "verify": str(emulator.ca)}
    return lambda service, **more: session.client(service, **where, **more)


@pytest.fixture
def stack(aws):
    """A function that deploys a template and gives the reason of its failure, "" where it succeeds."""
    cloudformation, names = aws("cloudformation"), []

    def deploy(**resources):
        names.append(f"trial-{next(_TRIALS)}")  # a deletion takes its time
        status, events = deployed(cloudformation, names[-1], {"Resources": resources})
        assert status in {"CREATE_COMPLETE", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED"}
        reasons = [e["ResourceStatusReason"] for e in events if e["ResourceStatus"] == "CREATE_FAILED"]
        return reasons[-1] if reasons else ""

    yield deploy
    for name in reversed(names):
        cloudformation.delete_stack(StackName=name)


@pytest.fixture
def role(aws):
    """A function that makes a role with some actions, and gives its ARN."""

    def make(name, actions, *, service="lambda", resources="*"):
        made = aws("iam").create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust(service)))
        if actions:
            document = json.dumps(policy(actions, resources))
            aws("iam").put_role_policy(RoleName=name, PolicyName="some", PolicyDocument=document)
        return made["Role"]["Arn"]

    return make


@pytest.fixture
def function(aws):
    """A function that makes a Lambda function and gives its ARN."""

    def make(name, role_arn, *, code=ECHO, **more):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("index.py", code)
        made = aws("lambda").create_function(
            FunctionName=name,
            Role=role_arn,
            Runtime="python3.14",
            Handler="index.handler",
            Code={"ZipFile": packed.getvalue()},
            **more,
        )
        return made["FunctionArn"]

    return make
