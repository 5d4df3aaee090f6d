"""What the shell of whoever rehearses has set for AWS and for the way out reaches no rehearsal."""

import base64
import json

from rehearsal.aws import Aws
from rehearsal.client_environment import client_environment
from rehearsal.emulator.configuration import Configuration
from rehearsal.emulator_process import EmulatorProcess
from rehearsal.parts import module_dir
from rehearsal.ports import free_port
from rehearsal.workspace import Workspace
from tests.rehearsal.observing import ACCOUNT, REGION

NOBODY = "127.0.0.1:9"


def test_profiles_files_and_proxies_are_not_read(tmp_path, monkeypatch):
    """A rehearsal behind a proxy waited 30 s for an emulator that ran; a profile that is not there was a traceback."""
    broken = tmp_path / "config"
    broken.write_text("[default")
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy"):
        monkeypatch.setenv(name, f"http://{NOBODY}")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name)
    said = {"PROFILE": "nobody", "RETRY_MODE": "none", "ENDPOINT_URL": f"http://{NOBODY}", "CONFIG_FILE": str(broken)}
    said |= {"ACCESS_KEY_ID": "AKIANOBODY", "SECRET_ACCESS_KEY": "none", "SESSION_TOKEN": "none", "REGION": "none"}
    for name, text in said.items():
        monkeypatch.setenv(f"AWS_{name}", text)
    workspace = Workspace(tmp_path / "state")
    workspace.open()
    modules = {name: str(module_dir(name)) for name in ("vpc_cni", "vpc_resource_controller")}
    place = {"folder": str(workspace.emulator), "port": free_port(), "account": ACCOUNT, "region": REGION}
    nothing = {"programs": {}, "kwok": "", "node_modules": "", "peers": [], "roles": [], "prefix_lists": []}
    emulator = EmulatorProcess(workspace, Configuration(**place, **nothing, **modules))
    emulator.start()
    try:
        where = {"endpoint": emulator.endpoint, "account": ACCOUNT, "region": REGION, "ca": emulator.ca}
        aws = Aws(client_environment(workspace, **where))
        assert aws.client("sts").get_caller_identity()["Account"] == ACCOUNT
        anybody = [{"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}]
        trust = json.dumps({"Version": "2012-10-17", "Statement": anybody})
        person = aws.client("iam").create_role(RoleName="person", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        assert NOBODY not in _url(aws.cluster_token(person, "lab"))
        assert _url(aws.cluster_token(person, "lab")).startswith(f"https://sts.{REGION}.amazonaws.com/?")
    finally:
        emulator.stop()
        workspace.close()


def _url(token):
    text = token.removeprefix("k8s-aws-v1.")
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
