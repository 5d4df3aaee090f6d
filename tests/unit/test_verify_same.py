"""Whether the server of a kubeconfig is that of a file with an existing cluster, however either is written."""

import json
import os

import pytest

from settings import load
from verify.cluster import SAME, Cluster, cluster, remember, same
from verify.kubectl import Kubectl

EXISTING = load("existing")
HOST = "0a1b2c3d.gr7.eu-west-1.eks.amazonaws.com"


def told(server, *, any_server=False, **seen):
    """Give what is found of this server, for a file whose cluster has HOST in capitals."""
    of = EXISTING.existing_cluster.model_copy(update={"endpoint_url": f"https://{HOST.upper()}"})
    settings = EXISTING.model_copy(update={"existing_cluster": of})
    (finding,) = same(settings, Cluster(server=server, **seen), any_server=any_server)
    assert finding.what == SAME
    return finding


@pytest.mark.parametrize("server", [f"https://{HOST}", f"https://{HOST}.", f"https://{HOST}:443/", HOST, f"{HOST}:443"])
def test_a_host_is_the_same_with_a_last_dot_a_port_or_without_a_scheme(server):
    """kubectl takes all of them."""
    assert (told(server).result, told(server).seen) == ("holds", server)


@pytest.mark.parametrize("server", ["https://[fd00::1", f"https://{HOST}.example", f"https://x.{HOST}", "/"])
def test_what_has_another_host_or_none_is_another_server(server):
    """One that is no URL too, which kubectl will tell in its own words."""
    problem = f"the server of context ours must be https://{HOST.upper()}, got {server}"
    assert told(server, context="ours").problems == [problem]


def test_without_a_kubeconfig_nothing_is_said_to_be_the_files():
    """As in a pod, where kubectl finds the cluster by itself; an option takes any server."""
    assert told("").problems == [f"the server of context none must be https://{HOST.upper()}, got none"]
    assert told("", any_server=True).not_tried == f"--any-server takes none for https://{HOST.upper()}"
    assert str(Cluster()) == "context none, server none"


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ("echo 'error: current-context must exist in order to minify' >&2; exit 1", Cluster()),
        ("cat config", Cluster("ours", "https://eks", "name.of.certificate", "of-kubectl")),
        (
            'sed \'s/"server"/"insecure-skip-tls-verify": true, &/\' config',
            Cluster("ours", "https://eks", "", "of-kubectl"),
        ),
        ("""echo '{"clusters": null}'""", Cluster()),
        ("""echo '{"clusters": [{"name": "empty", "cluster": null}]}'""", Cluster(name="empty")),
    ],
)
def test_what_a_kubeconfig_says_is_read_as_far_as_it_goes(script, found, tmp_path, monkeypatch):
    """A program takes the place of kubectl, which writes `null` for what is empty."""
    of = {"server": "https://eks", "tls-server-name": "name.of.certificate"}
    said = {"current-context": "ours", "clusters": [{"name": "of-kubectl", "cluster": of}]}
    (tmp_path / "config").write_text(json.dumps(said))
    (tmp_path / "kubectl").write_text(f"#!/bin/sh\ncd {tmp_path}\n{script}\n")
    (tmp_path / "kubectl").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert cluster(Kubectl()) == found


def test_the_command_for_the_kubeconfig_has_the_name_where_the_file_has_one():
    """That of a new cluster is made by CloudFormation."""
    assert remember(EXISTING) == "aws eks update-kubeconfig --name payments-eu --region eu-west-1"
    assert remember(load("dev")) == "aws eks update-kubeconfig --name <cluster> --region eu-west-1"
