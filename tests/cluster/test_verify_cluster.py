"""Which cluster `python -m verify` looks at, and whether it is the file's: real API server, real kubectl."""

import json
import os
import subprocess
import sys
from urllib.parse import urlsplit

import pytest
import yaml

from rehearsal.kubectl import kubectl_folder
from rehearsal.workspace import PROJECT

SAME = "kubectl talks to the cluster of the file"
REGION, VPC = "the nodes are of the file's region", "the nodes stand in the file's VPC"
ELSEWHERE = "https://0A1B2C3D4E5F60718293A4B5C6D7E8F9.gr7.eu-west-1.eks.amazonaws.com"


@pytest.fixture
def verify(plane, node, tmp_path):
    """A function that runs the command for existing.yaml with an endpoint and gives code and JSON."""
    content = yaml.safe_load((PROJECT / "environments" / "existing.yaml").read_text())
    file = tmp_path / "existing.yaml"
    path = f"{kubectl_folder('1.35')}{os.pathsep}{os.environ['PATH']}"

    def run(endpoint, *options, kubeconfig=plane.kubeconfig):
        content["existing_cluster"]["endpoint_url"] = endpoint
        file.write_text(yaml.safe_dump(content))
        env = {"PATH": path, "KUBECONFIG": str(kubeconfig), "HOME": str(tmp_path)}
        command = [sys.executable, "-m", "verify", "--environment", str(file), "--json", *options]
        done = subprocess.run(command, cwd=PROJECT, env=env, capture_output=True, text=True, check=False)
        assert done.stdout, done.stderr
        return done.returncode, json.loads(done.stdout)

    return run


def found(told, what):
    """Give one finding."""
    (one,) = [finding for finding in told["findings"] if finding["what"] == what]
    return one


def kubeconfig_of(plane, folder, **cluster):
    """Give a copy of the kubeconfig with another context's name and more about its cluster."""
    config = json.loads(plane.kubeconfig.read_text())
    config["clusters"][0]["cluster"] |= cluster
    config["contexts"][0]["name"] = config["current-context"] = "tunnel"
    file = folder / "kubeconfig"
    file.write_text(json.dumps(config))
    return file


def test_the_server_of_the_file_is_known_by_its_host(verify, plane):
    """Another port is the same cluster: a tunnel or a rehearsal; JSON names context and server."""
    _, told = verify("https://127.0.0.1:9")
    assert (told["context"], told["server"]) == ("rehearsal", plane.endpoint)
    assert found(told, SAME)["result"] == "holds"


def test_letters_of_either_case_are_the_same_host(verify, plane, tmp_path):
    """A kubeconfig may hold them so or so; the API server's certificate here is not for either."""
    port = urlsplit(plane.endpoint).port
    blind = {"insecure-skip-tls-verify": True, "certificate-authority-data": "", "server": f"https://LOCALHOST:{port}"}
    _, told = verify(f"https://localHost:{port}", kubeconfig=kubeconfig_of(plane, tmp_path, **blind))
    assert found(told, SAME)["result"] == "holds"


def test_another_server_fails_with_both_names_and_both_ways_out(verify, plane):
    """Nothing else of that cluster is taken for a proof."""
    code, told = verify(ELSEWHERE)
    assert code == 1
    assert told["holds"] is False
    wrong = found(told, SAME)
    assert wrong["problems"] == [f"the server of context rehearsal must be {ELSEWHERE}, got {plane.endpoint}"]
    assert "aws eks update-kubeconfig --name payments-eu --region eu-west-1" in wrong["fix"]
    assert "--context" in wrong["fix"]
    assert "--any-server" in wrong["fix"]


def test_another_server_gets_no_job(verify):
    """Only in the file's cluster something is made, and only for a while."""
    _, told = verify(ELSEWHERE, "--as", "all")
    assert found(told, "a probe runs as --as says")["result"] == "not tried"
    assert [finding["what"] for finding in told["findings"] if "payments/ledger" in finding["what"]] == []


def test_a_tunnel_is_acknowledged_with_an_option(verify, plane):
    """It is told and is no failure, neither is it a proof."""
    _, told = verify(ELSEWHERE, "--any-server")
    assert found(told, SAME)["result"] == "not tried"
    assert plane.endpoint in found(told, SAME)["not_tried"]


def test_a_tunnel_whose_certificate_must_have_the_files_name_is_known(plane, verify, tmp_path):
    """kubectl itself refuses another server then; without the look at the certificate the name shows nothing."""
    host = "kubernetes.default.svc"
    _, told = verify(f"https://{host}", kubeconfig=kubeconfig_of(plane, tmp_path, **{"tls-server-name": host}))
    assert told["context"] == "tunnel"
    assert found(told, SAME)["result"] == "holds"
    blind = {"insecure-skip-tls-verify": True, "certificate-authority-data": "", "tls-server-name": host}
    _, told = verify(f"https://{host}", kubeconfig=kubeconfig_of(plane, tmp_path, **blind))
    assert found(told, SAME)["result"] == "fails"


def test_another_context_than_the_current_one_can_be_chosen(plane, verify, tmp_path):
    """It is the one that is looked at: the current one's server does not answer."""
    config = json.loads(kubeconfig_of(plane, tmp_path).read_text())
    config["clusters"].append({"name": "other", "cluster": {"server": "https://127.0.0.1:1"}})
    config["contexts"].append({"name": "other", "context": {"cluster": "other", "user": config["users"][0]["name"]}})
    config["current-context"] = "other"
    (tmp_path / "kubeconfig").write_text(json.dumps(config))
    _, told = verify(plane.endpoint, "--context", "tunnel", kubeconfig=tmp_path / "kubeconfig")
    assert (told["context"], told["server"]) == ("tunnel", plane.endpoint)


@pytest.mark.parametrize(
    ("regions", "result"),
    [
        ([], "not tried"),
        ([""], "not tried"),
        (["eu-west-1", "eu-west-1"], "holds"),
        (["eu-west-1", "us-east-1"], "fails"),
    ],
)
def test_nodes_of_another_region_are_of_another_cluster(verify, plane, regions, result):
    """Told with a node's name; a node without the label tells nothing."""
    paths = [f"/api/v1/nodes/{add(plane.api, f'ip-{number}', name)}" for number, name in enumerate(regions)]
    code, told = verify(plane.endpoint)
    for path in paths:
        plane.api("DELETE", path)
    assert found(told, REGION)["result"] == result
    if result == "fails":
        assert code == 1
        wanted = "topology.kubernetes.io/region must be eu-west-1, got us-east-1 on 1: ip-1"
        assert found(told, REGION)["problems"] == [wanted]
        assert "--context" in found(told, REGION)["fix"]


@pytest.mark.parametrize(
    ("addresses", "result"),
    [
        ([], "not tried"),
        (["", "fd00::1"], "not tried"),
        (["10.60.1.5", "10.60.255.255", ""], "holds"),
        (["10.60.1.5", "10.61.0.1", *["10.99.0.1"] * 3], "fails"),
    ],
)
def test_nodes_of_another_vpc_are_of_another_cluster(verify, plane, addresses, result):
    """Two environments may share account and region, and a kubeconfig does not tell which of them it is of."""
    names = [add(plane.api, f"ip-{number}", "eu-west-1", address) for number, address in enumerate(addresses)]
    code, told = verify(plane.endpoint)
    for name in names:
        plane.api("DELETE", f"/api/v1/nodes/{name}")
    assert found(told, VPC)["result"] == result
    if result == "fails":
        assert code == 1
        shown = "10.61.0.1 of ip-1, 10.99.0.1 of ip-2, 10.99.0.1 of ip-3: 4 of 5 nodes"
        assert found(told, VPC)["problems"] == [f"InternalIP must lie in 10.60.0.0/16, got {shown}"]
        assert "--context" in found(told, VPC)["fix"]
        assert "existing_network.further_cidrs" in found(told, VPC)["fix"]


def add(api, name, region, address=""):
    """Add a node; give its name."""
    labels = {"kubernetes.io/os": "linux", **({"topology.kubernetes.io/region": region} if region else {})}
    told = [{"type": "Hostname", "address": name}, *([{"type": "InternalIP", "address": address}] if address else [])]
    api("POST", "/api/v1/nodes", {"metadata": {"name": name, "labels": labels}, "status": {"addresses": told}})
    return name
