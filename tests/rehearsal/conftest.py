"""A running emulator for tests that need no cluster."""

import boto3
import pytest

from rehearsal.emulator.configuration import Configuration
from rehearsal.emulator_process import EmulatorProcess
from rehearsal.parts import module_dir
from rehearsal.ports import free_port
from rehearsal.workspace import Workspace
from tests.rehearsal.observing import ACCOUNT, PEER, REGION


@pytest.fixture(scope="session")
def emulator(tmp_path_factory):
    """An emulator with one peer VPC and no Kubernetes programs."""
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
        peers=[PEER],
        roles=[],
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
    return lambda service: session.client(service, endpoint_url=emulator.endpoint, verify=str(emulator.ca))
