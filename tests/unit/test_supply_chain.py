"""What is pinned, how, and what CI may do."""

import json
import pathlib
import re
import tomllib

import pytest
import yaml

from tools import pins
from tools.running import run

ROOT = pathlib.Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def _lines(file):
    text = (ROOT / file).read_text()
    return [line.split("#")[0].strip() for line in text.splitlines() if line.split("#")[0].strip()]


def _locked(file):
    """Return {package==version: hashes} of a whole set, names as pip compares them."""
    found = {}
    for line in _lines(file):
        if "==" in line:
            pin = re.fullmatch(r"([A-Za-z0-9._-]+==[0-9][A-Za-z0-9.+]*)( ; [a-z_]+ [^#]+)? \\", line)
            assert pin, line
            hashes = found.setdefault(_plain(pin[1]), [])
        else:
            hashes.append(re.fullmatch(r"--hash=sha256:([0-9a-f]{64})( \\)?", line)[1])
    return found


def _plain(pin):
    name, version = pin.split("==")
    return f"{re.sub('[-_.]+', '-', name).lower()}=={version}"


@pytest.mark.parametrize("file", pins.PYTHON_FILES)
def test_every_python_requirement_is_an_exact_version(file):
    """No range, no address, no other index; the package itself is the one exception."""
    for line in _lines(file):
        assert line == "-e ." or re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.+]*", line), line


@pytest.mark.parametrize(
    ("files", "locked"),
    [
        (("requirements.txt", "requirements-dev.txt"), "requirements-locked.txt"),
        (("rehearsal/emulator/requirements.txt",), "rehearsal/emulator/requirements-locked.txt"),
    ],
)
def test_the_whole_set_holds_every_pin_as_it_is_and_a_hash_for_each_file(files, locked):
    """A pin that was raised in one file only would not be installed; most releases have several files."""
    found = _locked(locked)
    for file in files:
        assert {_plain(line) for line in _lines(file) if line != "-e ."} <= set(found)
    assert all(found.values())
    assert len(set().union(*found.values())) == sum(map(len, found.values())) > 2 * len(found)
    assert "://" not in (ROOT / locked).read_text()


def test_a_set_up_takes_no_file_without_its_hash():
    """And the package itself is built by the setuptools of that set, without the network."""
    installing = [line.strip() for line in (ROOT / "Makefile").read_text().splitlines() if "pip install" in line]
    assert [line.split("pip install -q ")[1] for line in installing] == [
        "--require-hashes --no-deps -r requirements-locked.txt",
        "--no-deps --no-build-isolation -e .",
        "--require-hashes --no-deps -r rehearsal/emulator/requirements-locked.txt",
    ]
    (builder,) = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    assert builder in _locked("requirements-locked.txt")


def test_node_packages_are_exact_and_the_lock_names_hashes_and_no_registry():
    """`npm ci` checks each archive by its hash, from whatever registry the user has."""
    wanted = json.loads((ROOT / "package.json").read_text())["devDependencies"]
    assert all(re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+", version) for version in wanted.values())
    text = (ROOT / "package-lock.json").read_text()
    assert "resolved" not in text
    assert "://" not in re.sub(r'"url": "[^"]*"', "", text)
    packages = json.loads(text)["packages"]
    assert all("integrity" in entry for path, entry in packages.items() if path)
    assert {name: packages[f"node_modules/{name}"]["version"] for name in wanted} == wanted


@pytest.mark.parametrize("file", pins.GO_FILES)
def test_every_go_module_is_verified_by_a_sum(file):
    """go.sum holds the hash of each module that go.mod requires, and no module comes from a local folder."""
    text, sums = (ROOT / file).read_text(), (ROOT / file).with_name("go.sum").read_text()
    required = re.findall(r"^(?:require )?\t?(\S+) (v\S+)", text, re.MULTILINE)
    assert required
    assert not re.search(r"=> *[./]", text)
    direct = [pair for pair in pins.pins() if pair.file == file]
    assert all(f"{pin.name} {pin.version}" in sums for pin in direct)


@pytest.mark.parametrize("file", sorted((ROOT / "environments").glob("*.yaml")), ids=lambda file: file.stem)
def test_environments_name_images_by_tag_and_add_ons_by_version(file):
    """Nothing is `latest`."""
    text = file.read_text()
    assert "latest" not in text
    for version in re.findall(r"(?:^|_|\s)version: *(\S+)", text):
        assert re.fullmatch(r'"1\.[0-9]+"|v[0-9]+\.[0-9]+\.[0-9]+-eksbuild\.[0-9]+', version), version


def test_there_is_a_workflow():
    """The tests below have something to look at."""
    assert [file.name for file in WORKFLOWS] == ["ci.yml", "nightly.yml"]


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_a_workflow_calls_make_and_pinned_actions_and_has_no_rights(file):
    """What CI does, a person can do; a tag of an action can be moved, a commit cannot."""
    workflow = yaml.safe_load(file.read_text())
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert workflow["permissions"] == {}
    for job in workflow["jobs"].values():
        assert job["permissions"] in ({}, {"contents": "read"})
        assert "timeout-minutes" in job
        for step in job["steps"]:
            if "uses" in step:
                assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", step["uses"])
            else:
                for written in of_matrix(step["run"], job):
                    command, *words = written.split()
                    assert command == "make"
                    named = {word for word in words if not re.fullmatch(r"[A-Z]+=[\w./~]+", word)}
                    assert named
                    assert named <= targets
    assert "pull_request_target" not in file.read_text()
    assert re.search(r"persist-credentials: false", file.read_text())


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_a_workflow_has_the_versions_that_the_paper_names(file):
    """CONTRIBUTING.md; what nobody runs is not said to be tried."""
    (python,), (node,) = (set(re.findall(rf'{of}-version: "(.+)"', file.read_text())) for of in ("python", "node"))
    assert f"CI runs on Python {python} and Node.js {node};" in (ROOT / "CONTRIBUTING.md").read_text()


def test_what_is_promised_and_takes_hours_runs_each_night():
    """Nothing else would tell that one of them no longer holds; prod has rights that dev has not."""
    (job,) = yaml.safe_load((ROOT / ".github" / "workflows" / "nightly.yml").read_text())["jobs"].values()
    promised = {"audit", "fuzz", "faults RUNS=100", "privilege", "privilege ENV=prod"}
    promised |= {f"rehearse {which}" for which in ("ENV=existing", "ENV=prod", "OPERATIONS=1")}
    assert promised <= set(job["strategy"]["matrix"]["target"])
    assert job["strategy"]["fail-fast"] is False


def of_matrix(command, job):
    """Give the command once for each entry of the job's matrix."""
    (_, values), *more = {**job.get("strategy", {}).get("matrix", {"": [""]})}.items()
    assert not more
    return [command.replace("${{ matrix.target }}", value) for value in values]


def test_dependabot_looks_at_every_folder_that_has_pins():
    """A new file of pins must be seen."""
    entries = yaml.safe_load((ROOT / ".github" / "dependabot.yml").read_text())["updates"]
    folders = {e["package-ecosystem"]: e.get("directories", [e.get("directory")]) for e in entries}
    parents = {str("/" / pathlib.Path(file).parent).rstrip(".") for file in pins.PYTHON_FILES}
    assert {folder if folder != "/." else "/" for folder in parents} == set(folders["pip"])
    assert folders["npm"] == ["/"]
    assert folders["gomod"] == ["/rehearsal/parts/*"]
    assert "github-actions" in folders


def test_every_pin_is_found():
    """Python, Node.js, Go and images, the direct ones only."""
    names = {(pin.file, pin.name) for pin in pins.pins()}
    assert ("requirements.txt", "aws-cdk-lib") in names
    assert ("requirements-dev.txt", "cdk-nag") in names
    assert {name for file, name in names if file == pins.BUILD_FILE} == {"setuptools"}
    assert ("package.json", "aws-cdk") in names
    assert ("rehearsal/parts/kubernetes/go.mod", "k8s.io/kubernetes") in names
    assert ("settings/dns_cache.py", "registry.k8s.io/dns/k8s-dns-node-cache") in names
    assert ("verify/job.py", "public.ecr.aws/docker/library/python") in names
    assert not [name for _, name in names if "indirect" in name]


def test_every_image_has_a_tag_and_a_digest():
    """A tag can be moved; the digest of its index stands for every architecture."""
    images = [pin for pin in pins.pins() if pin.file in pins.IMAGE_FILES]
    assert len({pin.name for pin in images}) == 2
    assert all(re.fullmatch(r"[0-9][\w.-]*@sha256:[0-9a-f]{64}", pin.version) for pin in images)


@pytest.mark.parametrize("pin", pins.pins(), ids=lambda pin: f"{pin.file}:{pin.name}")
def test_raising_a_pin_changes_its_one_line(pin):
    """And that line only at the version."""
    before = (ROOT / pin.file).read_text().splitlines()
    after = pin.written("\n".join(before), "v9.8.7").splitlines()
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert len(changed) == 1
    assert changed[0][1] == changed[0][0].replace(pin.version, "v9.8.7")


@pytest.mark.parametrize(
    ("command", "got"), [(["git", "no-such-command"], "1"), (["no-such-program", "a"], "No such file or directory")]
)
def test_a_program_that_fails_is_told(command, got):
    """Go, npm or uv; in one sentence, with the way back."""
    with pytest.raises(SystemExit, match=rf"^`{' '.join(command)} …` must end with 0, got {got}; `git diff` shows"):
        run(command)


def test_a_program_gets_what_it_is_told(tmp_path):
    """On its standard input, in the folder."""
    run(["tee", "heard"], folder=tmp_path, told="pins")
    assert (tmp_path / "heard").read_text() == "pins"
