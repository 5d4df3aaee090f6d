"""The tables that rules look up are those of their sources."""

import subprocess
import sys

import pytest

from podnet.aws_node_env.limits import MOST_CHARACTERS
from review.data import TABLES, limits, table
from review.rules import values
from stacks.kubectl_layer import VERSIONS
from tools.data_file import FOLDER
from tools.generate_cni_variables import variables
from tools.generate_trunk_limits import limits as parse


@pytest.mark.parametrize("name", ["trunk_limits", "cni_variables", "regions"])
def test_the_table_is_the_one_of_the_pinned_package(name):
    """Reading the module or package again gives the file of the repository."""
    command = [sys.executable, "-m", f"tools.generate_{name}", "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("m5.large", (3, 10, 9)),
        ("m5.2xlarge", (4, 15, 38)),
        ("c7i.xlarge", (4, 15, 18)),
        ("m7i-flex.large", (3, 10, 3)),
        ("m7g.medium", (2, 4, 4)),
        ("t3.medium", (3, 6, 0)),
        ("c6in.32xlarge", (8, 50, 106)),  # of its two cards aws-node fills the first: 394 pods in eni-max-pods.txt
        ("p5.48xlarge", (2, 50, 120)),
        ("m55.large", None),
    ],
)
def test_limits_of_known_types_are_right(name, expected):
    """Interfaces, addresses and branch interfaces as AWS documents them."""
    assert limits(name) == expected


def test_a_file_of_another_form_is_refused():
    """An entry with trunking and without branch interfaces means that the reading is wrong."""
    fields = ("Interface: 3", "IPv4PerInterface: 10", "IsTrunkingCompatible: %s", "BranchInterface: 9")
    entry = '\t"m5.large": {\n' + "".join(f"\t\t{field},\n" for field in fields) + "\t},\n"
    assert parse(entry % "true") == {"m5.large": [3, 10, 9]}
    with pytest.raises(ValueError, match="exactly where it has trunking"):
        parse(entry % "false")
    with pytest.raises(ValueError, match="map of literals"):
        parse(entry % "true" + "IsTrunkingCompatible: maybe")


def test_versions_of_variables_are_read_from_their_headings():
    """With a version, without one, and with words before it."""
    headings = ("#### `A_B` (v1.2.3+)", "#### `CC`", "#### `DD` (introduced in v1.4.0, deprecated)")
    text = "\n".join(["## CNI Configuration Variables", *headings, "## Annotations", "#### `EE` (v2.0.0+)"])
    assert variables(text) == {"A_B": "1.2.3", "CC": "", "DD": "1.4.0"}


def test_kubectl_versions_are_those_of_the_stacks():
    """The review refuses exactly the versions that the stacks have no kubectl for."""
    assert tuple(table("kubernetes_versions")["kubectl"]) == tuple(VERSIONS)


def test_every_table_says_where_it_comes_from():
    """Source and version or date stand in the file."""
    assert set(TABLES) == {file.stem for file in FOLDER.glob("*.json")}
    for name in TABLES:
        assert table(name)["from"]
        assert table(name).get("version") or table(name)["as of"]


def test_rule_and_construct_agree_about_the_size_of_the_variables():
    """The rule tells it with a path, the construct is used by itself too."""
    assert values.MOST_CHARACTERS == MOST_CHARACTERS
