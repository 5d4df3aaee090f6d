"""Each example, synthesized and type-checked with the installed wheel."""

import ast
import functools
import importlib.metadata
import json
import pathlib
import re
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[2]
EXAMPLES = sorted(file.parent.name for file in (ROOT / "examples").glob("*/app.py"))
BIG = ("aws_cdk", "cdk8s", "cdk8s_plus_27", "constructs")  # minutes of mypy, and not what is tested


@pytest.fixture(scope="module")
def synthesize(installed, tmp_path_factory):
    """A function that gives the resources of an example, which is synthesized once."""
    return functools.cache(lambda example: _resources(installed, example, tmp_path_factory.mktemp(example)))


def _resources(installed, example, out):
    folder = ROOT / "examples" / example
    context = json.loads((folder / "cdk.json").read_text())["context"]
    installed.run(
        "-B",
        str(folder / "app.py"),
        CDK_OUTDIR=str(out),
        CDK_CONTEXT_JSON=json.dumps(context),
        JSII_SILENCE_WARNING="1",
    )
    (template,) = out.glob("*.template.json")
    return json.loads(template.read_text())["Resources"]


def test_every_example_is_told(installed):
    """The README names each folder."""
    text = (ROOT / "examples" / "README.md").read_text()
    assert EXAMPLES == ["aws_node_env", "charts"]
    assert all(f"`{name}/`" in text for name in EXAMPLES)


def _imported(file):
    """Give the modules that a file imports, as paths without their ending; those of Python itself are left out."""
    for part in ast.walk(ast.parse(file.read_text())):
        if isinstance(part, ast.Import | ast.ImportFrom):
            name = part.names[0].name if isinstance(part, ast.Import) else part.module
            if name.partition(".")[0] not in sys.stdlib_module_names | {"podnet"}:
                yield name.replace(".", "/")


@pytest.mark.parametrize("example", EXAMPLES)
def test_what_an_example_imports_is_installed_by_the_command_of_the_readme(example):
    """The environment of these tests has more: kubectl's layers, for one, are no part of podnet."""
    (typed,) = re.findall(r"^pip install (.*)", (ROOT / "examples" / "README.md").read_text(), re.MULTILINE)
    words = [word for word in typed.split() if not word.startswith("-")]
    asked = [*words, *importlib.metadata.requires("podnet")]
    names = {re.match(r'"?([\w.-]+)', one)[1] for one in asked}
    files = {str(file) for name in names for file in importlib.metadata.files(name)}
    imported = list(_imported(ROOT / "examples" / example / "app.py"))
    assert len(imported) > 3
    assert [one for one in imported if not files & {f"{one}/__init__.py", f"{one}.py"}] == []


def test_variables_come_after_add_on_rights_and_access_and_before_nodes(synthesize):
    """The order that the README promises, in an app that knows only AwsNodeEnv."""
    resources = synthesize("aws_node_env")
    ((name, variables),) = [(n, r) for n, r in resources.items() if r["Type"] == "Custom::AwsNodeEnv"]
    kinds = {resources[needed]["Type"] for needed in variables["DependsOn"]}
    assert kinds >= {"AWS::EKS::Addon", "AWS::EKS::AccessEntry", "Custom::AWSCDK-EKS-KubernetesResource"}
    (nodes,) = [r for r in resources.values() if r["Type"] == "AWS::EKS::Nodegroup"]
    assert name in nodes["DependsOn"]


def test_charts_arrive_as_manifests_of_ones_own_cluster(synthesize):
    """Cache and policy, each a resource."""
    resources = synthesize("charts")
    manifests = [json.dumps(r) for r in resources.values() if r["Type"] == "Custom::AWSCDK-EKS-KubernetesResource"]
    assert len([text for text in manifests if "node-local-dns" in text and "DaemonSet" in text]) == 1
    assert len([text for text in manifests if "SecurityGroupPolicy" in text]) == 1


@pytest.mark.parametrize("example", EXAMPLES)
def test_eks_would_make_it(synthesize, example):
    """It has no image of AL2 for this version, and has made an aws-node that an add-on meets."""
    resources = synthesize(example).values()
    images = {r["Properties"]["AmiType"] for r in resources if r["Type"] == "AWS::EKS::Nodegroup"}
    assert images == {"AL2023_x86_64_STANDARD"}
    add_ons = [r["Properties"] for r in resources if r["Type"] == "AWS::EKS::Addon"]
    assert all(one["ResolveConflicts"] == "OVERWRITE" for one in add_ons)


def _mypy(installed, file):
    config = installed.folder / "mypy.ini"
    skipped = "".join(f"[mypy-{name}.*]\nfollow_imports = skip\n" for name in BIG)
    config.write_text(f"[mypy]\nstrict = True\ndisallow_subclassing_any = False\n{skipped}")
    return installed.run("-m", "mypy", "--config-file", str(config), "--cache-dir=mypy", str(file))


@pytest.mark.parametrize("example", EXAMPLES)
def test_types_are_included(installed, example):
    """mypy strict reads the wheel's annotations, charts included; without py.typed it would refuse."""
    assert "Success" in _mypy(installed, ROOT / "examples" / example / "app.py")


@pytest.mark.parametrize(
    "text",
    [
        "from podnet.aws_node_env import AwsNodeEnv\nx: int = AwsNodeEnv.KUBERNETES_GROUP\n",
        "from podnet.charts.node_local_dns import Options\nOptions(prefetch='often')\n",
    ],
)
def test_a_wrong_type_is_told(installed, tmp_path, text):
    """The judge of the test above does judge."""
    file = tmp_path / "wrong.py"
    file.write_text(text)
    with pytest.raises(AssertionError, match="ncompatible type"):
        _mypy(installed, file)
