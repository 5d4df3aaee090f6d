"""Commands that need an account or a cluster: the programs themselves say whether they would take them.

Of the AWS command line the models that it is made of (botocore's): service, operation, options, the values of a list of
values, and the names in `--query`. Of kubectl the program, with a server that is not there. Of `npx cdk` its help.
"""

import functools
import json
import re
import shlex
import subprocess

import botocore.session
import commands
import jmespath
import pytest
from botocore import xform_name

from rehearsal.kubectl import kubectl_folder
from review.content.running import running
from settings import load

SESSION = botocore.session.get_session()
ENVIRONMENTS = sorted((commands.ROOT / "environments").glob("*.yaml"))
OF_THE_PROGRAM = {"query", "output", "region", "profile"}
NO_OPERATIONS = {("eks", "update-kubeconfig"), ("eks", "get-token"), ("cloudformation", "deploy")}
# options that the program calls otherwise than its models (awscli/customizations/argrename.py)
RENAMED = {name: {"kubernetes-version": "version"} for name in ("update-cluster-version", "update-nodegroup-version")}


def _written(file):
    """Give the commands of a paper, or of the comment at the top of an environment's file."""
    if file.suffix == ".yaml":
        found = re.findall(r"^#   (aws .*(?:\n#     (?!#).*)*)", file.read_text(), re.MULTILINE)
        return [re.sub(r"\s+", " ", re.sub(r"\n#|   #.*", " ", text)) for text in found]
    return [*(command for command, _ in commands.commands(file)), *commands.spoken(file)]


def _all(program, files):
    return sorted({c for file in files for c in _written(file) if re.match(rf"{program} [a-z-]+ [a-z-]", c)})


def _words(command):
    return shlex.split(commands.filled(command.partition(" | ")[0]), comments=True)


def _options(words):
    """Give {option: its values}."""
    found, name = {}, ""
    for word in words:
        if word.startswith("--"):
            name = word[2:]
            found[name] = []
        else:
            found[name].append(word)
    return found


def _names(shape, above=()):
    """Give the names of all fields in an answer."""
    if shape.name in above:
        return set()
    if shape.type_name == "structure":
        inner = [_names(member, (*above, shape.name)) for member in shape.members.values()]
        return set(shape.members).union(*inner)
    below = getattr(shape, "member", None) or getattr(shape, "value", None)
    return _names(below, (*above, shape.name)) if below else set()


def _asked(node):
    """Give the names of fields in a parsed query."""
    if node["type"] == "field":
        yield node["value"]
    for child in node["children"]:
        if isinstance(child, dict):
            yield from _asked(child)


def _wrong(command):
    """Give what is wrong with a command of AWS's command line."""
    _, service, operation, *rest = _words(command)
    if (service, operation) in NO_OPERATIONS or service == "sts":
        return []
    model, given = SESSION.get_service_model(service), _options(rest)
    names = {xform_name(name, "-"): name for name in model.operation_names}
    if operation not in names:
        return [f"aws {service} has no {operation}"]
    found = model.operation_model(names[operation])
    fields = {xform_name(name, "-"): shape for name, shape in found.input_shape.members.items()}
    given = {RENAMED.get(operation, {}).get(name, name): values for name, values in given.items()}
    plain = {name if name in fields else name.removeprefix("no-"): values for name, values in given.items()}
    wrong = [f"no option --{name}" for name in plain.keys() - fields.keys() - OF_THE_PROGRAM]
    needed = {xform_name(name, "-") for name in found.input_shape.required_members}
    wrong += [f"--{name} is missing" for name in needed - plain.keys() if plain]
    for name in plain.keys() & fields.keys():
        known = getattr(getattr(fields[name], "member", fields[name]), "enum", None)
        wrong += [f"--{name} {value} is none of {known}" for value in plain[name] if known and value not in known]
    for query in given.get("query", ()):
        unknown = set(_asked(jmespath.compile(query).parsed)) - _names(found.output_shape)
        wrong += [f"--query: no field {name}" for name in sorted(unknown)]
    if filters := given.get("filters"):
        known = set(re.findall(r"<code>([^<]+)</code>", fields["filters"].documentation))
        names = {text.removeprefix("Name=").partition(",")[0] for text in filters}
        wrong += [f"--filters: no name {name}" for name in sorted(names - known)]
    return wrong + [f"{text} is cut by CloudFormation" for text in _cut(given)]


def _cut(given):
    """Give texts that ask for more of a stack's name than functions, schedules and the like keep of it.

    Where their own names would have more than 63 characters, CloudFormation leaves 25 of the stack's.
    """
    asked = [*given.get("name-prefix", ()), *given.get("log-group-name-prefix", ()), *given.get("filters", ())]
    return [text for text in asked if "x-PodNetworking" in text]


AWS = _all("aws", [*commands.PAPERS, *ENVIRONMENTS])


def test_commands_of_blocks_text_and_comments_are_found():
    """What is not found is not asked about."""
    found = set().union(*(c.split()[2:3] for c in AWS))
    assert {"describe-alarm-history", "update-cluster-version", "describe-cluster", "list-service-quotas"} <= found
    assert len(AWS) > 40


@pytest.mark.parametrize("command", AWS)
def test_the_aws_command_line_would_take_it(command):
    """Another operation, option, value or field is found here, not by whoever has the trouble."""
    assert _wrong(command) == []


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("aws ec2 describe-network-interface --filters x", "aws ec2 has no describe-network-interface"),
        ("aws eks describe-addon --cluster-name x --addon coredns", "no option --addon"),
        ("aws eks describe-addon --cluster-name x", "--addon-name is missing"),
        (
            "aws cloudwatch set-alarm-state --alarm-name x --state-reason x --state-value Alarm",
            "--state-value Alarm is",
        ),
        ("aws ec2 describe-addresses --query 'Addresses[].AddressId'", "--query: no field AddressId"),
        ("aws ec2 describe-route-tables --filters Name=peering-id,Values=x", "--filters: no name peering-id"),
        ("aws events list-rules --name-prefix <name>-PodNetworking", "x-PodNetworking is cut by CloudFormation"),
    ],
)
def test_what_it_would_not_take_is_told(command, told):
    """The judge of the test above does judge."""
    assert any(problem.startswith(told) for problem in _wrong(command))


@functools.cache
def _help_of_cdk(command):
    program = commands.ROOT / "node_modules" / ".bin" / "cdk"
    return subprocess.run([program, command, "--help"], capture_output=True, text=True, timeout=60, check=True).stdout


def _unknown_to_cdk(command):
    """Give the options that `npx cdk` does not have."""
    _, _, subcommand, *words = _words(command)
    options = [word.partition("=")[0] for word in words if re.match("--?[a-z]", word)]
    known = set(re.findall(r"(?<!\S)--?[a-z-]+", _help_of_cdk(subcommand)))
    return [option for option in options if not {option, option.replace("--no-", "--", 1)} & known]


def test_the_cdk_command_line_has_every_option():
    """Of what is said to be typed as well as of what make types."""
    makefile = re.findall(r"\$\(CDK\) ([^\n]*)", (commands.ROOT / "Makefile").read_text())
    found = [c for file in commands.PAPERS for c in _written(file) if re.match(r"npx cdk [a-z]+ ", c)]
    assert len(found) > 10
    assert len(makefile) > 5
    wrong = {command: _unknown_to_cdk(command) for command in [*found, *(f"npx cdk {line}" for line in makefile)]}
    assert {command: options for command, options in wrong.items() if options} == {}
    assert _unknown_to_cdk("npx cdk deploy --no-rollbacks -c environment=x") == ["--no-rollbacks"]


@pytest.fixture(scope="module")
def kubectl(tmp_path_factory):
    """The program, and the environment in which nobody listens at its server."""
    where = {"name": "nowhere", "cluster": {"server": "http://127.0.0.1:9"}}
    context = {"name": "nowhere", "context": {"cluster": "nowhere", "user": ""}}
    file = tmp_path_factory.mktemp("kubectl") / "config"
    file.write_text(json.dumps({"clusters": [where], "contexts": [context], "current-context": "nowhere"}))
    program = kubectl_folder(load("dev").any_cluster.kubernetes_version) / "kubectl"
    return program, {"KUBECONFIG": str(file), "HOME": str(file.parent)}


def _refused(kubectl, command):
    """Give what kubectl does not know of a command."""
    (program, env), (_, *words) = kubectl, _words(command)
    done = subprocess.run([program, *words], env=env, capture_output=True, text=True, timeout=60, check=False)
    return [line for line in done.stderr.splitlines() if re.search(r"unknown|invalid argument|error parsing", line)]


def test_kubectl_would_take_each(kubectl):
    """Its verbs, options and their values; what a server would say nobody asks."""
    found = _all("kubectl", commands.PAPERS)
    assert len(found) > 30
    assert {command: problem for command in found if (problem := _refused(kubectl, command))} == {}


def test_kubectl_would_take_what_the_review_of_an_existing_cluster_says(kubectl):
    """Which nodes to recycle, which pods to restart."""
    found = [row["command"] for row in running(load("existing")) if row["command"].startswith("kubectl ")]
    assert len(found) > 4
    assert {command: problem for command in found if (problem := _refused(kubectl, command))} == {}


def test_logs_of_what_ended_before_are_read_from_every_pod():
    """kubectl ends at the first pod that has none, in no order (kubectl, pkg/cmd/logs, sequentialConsumeRequest)."""
    found = [c for c in _all("kubectl", commands.PAPERS) if " logs " in c and " -l " in c and "--previous" in c]
    assert found
    assert [command for command in found if "--ignore-errors" not in command] == []


@pytest.mark.parametrize("command", ["kubectl roll-out restart x", "kubectl get pods --al", "kubectl get -Q x"])
def test_what_kubectl_would_not_take_is_told(kubectl, command):
    assert _refused(kubectl, command)
