"""How `python -m verify` hears kubectl."""

import os
import pathlib
import subprocess
import sys

import pytest

import verify.kubectl
from settings import load
from verify.errors import VerifyError
from verify.kubectl import Kubectl
from verify.pods import pods
from verify.policies import policies

ROOT = pathlib.Path(__file__).parents[2]
PROGRAM = """#!/bin/sh
printf '{"items": [{"metadata": {"annotations": {"owner": "\\346\\263\\250\\346\\226\\207"}}}]}'
"""
ASKS = "import verify; from verify.kubectl import Kubectl; print(ascii(Kubectl().items('pods')))"


def test_kubectl_is_read_as_utf_8_in_a_locale_that_has_another_encoding(tmp_path):
    """A program takes the place of kubectl: the locale of this process is fixed, and kubectl needs a cluster."""
    program = tmp_path / "kubectl"
    program.write_text(PROGRAM)
    program.chmod(0o755)
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    env = {**os.environ, **plain, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run([sys.executable, "-c", ASKS], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == r"[{'metadata': {'annotations': {'owner': '\u6ce8\u6587'}}}]", done.stderr


@pytest.fixture
def instead(tmp_path, monkeypatch):
    """A function that puts a script into the place of kubectl."""

    def put(script):
        program = tmp_path / "kubectl"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    return put


def test_something_else_in_the_place_of_kubectl_is_told(instead):
    """A wrapper that greets; it ended in a traceback, and with 1, as what is wrong in a cluster does."""
    instead("echo Welcome")
    done = subprocess.run([sys.executable, "-m", "verify"], cwd=ROOT, capture_output=True, text=True, check=False)
    told = r"`kubectl config view` must print JSON, got 'Welcome\n'; "
    assert (done.returncode, done.stderr.startswith(told)) == (2, True), done.stderr
    with pytest.raises(VerifyError, match="`kubectl get pods` must print JSON"):
        Kubectl().items("pods")


def test_of_what_else_is_printed_the_first_signs_are_told(instead):
    """It may be as long as it likes."""
    instead("printf '%0300d'")
    with pytest.raises(VerifyError, match=r"must print JSON, got '0{100}'; "):
        Kubectl().items("pods")


def test_words_in_another_encoding_are_told_all_the_same(instead):
    """Those of a program that gives credentials, which nobody makes speak UTF-8."""
    instead(r"printf 'error: gr\374n\n' >&2; exit 1")
    with pytest.raises(VerifyError, match="got: error: gr\N{REPLACEMENT CHARACTER}n; "):
        Kubectl().items("pods")


def test_a_workload_that_is_none_is_told_before_kubectl_is_asked(instead, tmp_path):
    """What was looked at until then was lost with it."""
    instead(f"touch {tmp_path}/asked")
    command = [sys.executable, "-m", "verify", "--as", "shop/order-api"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("--as must be a workload of the file (shop/orders-api, ")
    assert not (tmp_path / "asked").exists()


@pytest.mark.parametrize("look", [policies, pods])
def test_without_workloads_nothing_is_asked_or_told_of_them(look, monkeypatch):
    """A kubectl that is asked would not be found."""
    monkeypatch.setenv("PATH", "/nowhere")
    settings = load("dev")
    with pytest.raises(VerifyError):
        list(look(settings, Kubectl()))
    assert list(look(settings.model_copy(update={"workloads": ()}), Kubectl())) == []


LIST = 'Unable to list "vpcresources.k8s.aws/v1beta1, Resource=securitygrouppolicies": '
NOT_FOUND = "the server could not find the requested resource"


@pytest.mark.parametrize("said", ['the server doesn\'t have a resource type "sgp"', f"{LIST}{NOT_FOUND} (get sgp)"])
def test_a_kind_that_the_cluster_does_not_know_has_no_objects(instead, said):
    """One that never was there, or that kubectl remembers. A server that knows nothing at all is no cluster."""
    instead(f"cat >&2 <<'END'\nError from server (NotFound): {said}\nEND\nexit 1")
    assert Kubectl().items("securitygrouppolicies") == []
    instead(f"echo 'Error from server (NotFound): {NOT_FOUND}' >&2; exit 1")
    with pytest.raises(VerifyError, match=NOT_FOUND):
        Kubectl().items("securitygrouppolicies")


def test_a_kubectl_that_does_not_end_is_ended(instead, monkeypatch):
    """A program that gives credentials may wait for ever for somebody who answers."""
    instead("exec sleep 60")
    monkeypatch.setattr(verify.kubectl, "ENDS_SECONDS", 0.5)
    with pytest.raises(VerifyError, match=r"`kubectl get pods` must end in 0.5 s, got no end; .*/kubectl --request"):
        Kubectl().items("pods", "shop")
