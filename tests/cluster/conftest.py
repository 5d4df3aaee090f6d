"""A real API server, with and without controllers, and the handler as Lambda would call it."""

import socket
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "constructs" / "podnet" / "aws_node_env" / "handler"))  # as Lambda has it

import cdk8s  # noqa: E402
from cdk_function import CdkFunction  # noqa: E402
from fault_server import Certificates, FaultServer  # noqa: E402
from fleet import AwsNode, Controller, properties_of  # noqa: E402
from node_pods import PODS  # noqa: E402
from token_reviewer import ACCESS_KEY, REGION, SECRET_KEY, SESSION_TOKEN, TokenReviewer  # noqa: E402

from charts.aws_node_env_rights import AwsNodeEnvRights  # noqa: E402
from rehearsal.control_plane import ControlPlane, TokenReview  # noqa: E402
from rehearsal.parts import ensure  # noqa: E402

GROUP = "podnet:reconcilers"


def started(folder, reviewer, rights):
    """Give an API server without controllers, in which the handler has its rights."""
    plane = ControlPlane(folder, ensure("kubernetes", "etcd"), token_review=TokenReview(url=reviewer.url)).start()
    for rule in rights:
        plane.api.apply(rule, "rights")
    return plane


@pytest.fixture(scope="session")
def reviewer():
    """The judge of bearer tokens."""
    reviewer = TokenReviewer()
    yield reviewer
    reviewer.stop()


@pytest.fixture
def former(tmp_path, rights):
    """Another cluster, in which the handler has the same access entry."""
    reviewer = TokenReviewer("former")
    reviewer.entries = {ACCESS_KEY: [GROUP]}
    made = started(tmp_path / "former", reviewer, rights)
    yield made
    made.stop()
    reviewer.stop()


@pytest.fixture(scope="session")
def cdk_function(tmp_path_factory):
    """CDK's own kubectl function."""
    return CdkFunction(tmp_path_factory.mktemp("layers"))


@pytest.fixture(scope="session")
def rights():
    """The Role and RoleBinding of the chart that the stacks apply."""
    return AwsNodeEnvRights(cdk8s.App(), "Rights", group=GROUP, awaited_daemon_sets=["node-local-dns"]).to_json()


class SharedPlane:
    """One API server for all modules of this folder; left alone it would take 1.4 % of a processor until the end."""

    running: ControlPlane | None = None

    def get(self, folder, reviewer, rights):
        if self.running is None:
            self.running = started(folder, reviewer, rights)
        return self.running

    def stop(self):
        if self.running:
            self.running.stop()
        self.running = None


SHARED = SharedPlane()


@pytest.fixture(scope="module")
def plane(tmp_path_factory, reviewer, rights):
    """An API server without controllers: up in 2 s, rollouts are written into the status by hand."""
    return SHARED.get(tmp_path_factory.mktemp("plane") / "plane", reviewer, rights)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(nextitem):
    """Stop it when the next test is of another folder, whatever the end of this one."""
    try:
        return (yield)
    finally:
        if nextitem is None or Path(__file__).parent not in nextitem.path.parents:
            SHARED.stop()


@pytest.fixture(autouse=True)
def aws_environment(monkeypatch, reviewer):
    """The environment that Lambda gives, and an access entry for its role."""
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_REGION", REGION)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
    monkeypatch.setenv("AWS_SESSION_TOKEN", SESSION_TOKEN)
    monkeypatch.setenv("AWS_LAMBDA_LOG_GROUP_NAME", "Stack-AwsNodeEnvLogs")
    reviewer.entries = {ACCESS_KEY: [GROUP]}


@pytest.fixture
def properties(plane):
    """The ResourceProperties of a Custom::AwsNodeEnv on this plane."""
    return properties_of(plane)


@pytest.fixture
def node(plane):
    """aws-node as the add-on installs it, all of its nodes done; no controller changes the status."""
    node = AwsNode(plane.api)
    node.remove()
    node.install()
    node.set_status()
    return node


@pytest.fixture
def no_pods(node):
    """Each test makes its own pods in kube-system; they go with it."""
    yield
    node.api("DELETE", f"{PODS}?gracePeriodSeconds=0")


@pytest.fixture
def following(node):
    """A fleet of three nodes that follows each new template at once."""
    controller = Controller(node, 3)
    controller.start()
    yield controller
    controller.stop()


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    """A certificate authority for 127.0.0.1, a good and an expired certificate of it."""
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def faults(plane, certificates):
    """A TLS server in front of the real API server that spoils the answers it is told to spoil."""
    server = FaultServer(certificates.good, plane.endpoint, plane.ca_file)
    yield server
    server.stop()


@pytest.fixture
def blackhole():
    """The port of an address where a connection is never answered: the backlog of a socket that nobody accepts from."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(0)
        waiting = []
        for _ in range(4):
            client = socket.socket()
            client.setblocking(False)
            client.connect_ex(taken.getsockname())
            waiting.append(client)
        time.sleep(0.05)
        yield taken.getsockname()[1]
        for client in waiting:
            client.close()
