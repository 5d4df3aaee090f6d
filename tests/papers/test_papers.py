"""Every command, path and link in the papers is real; what can be run here is run."""

import ast
import html
import os
import pathlib
import re
import shutil
import subprocess

import commands
import pytest
import yaml

from rehearsal.checks import plan
from review import check
from review.corefile import blocks
from settings import load

ROOT = commands.ROOT
TARGETS = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
VARIABLES = set(re.findall(r"\$\((?:if \$\()?([A-Z]+)\)", (ROOT / "Makefile").read_text()))
DONE = set()
PAPERS = [pytest.param(file, id=str(file.relative_to(ROOT))) for file in commands.PAPERS]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A copy of what is in the repository, with the tools of this one."""
    folder = tmp_path_factory.mktemp("checkout") / "podnet"
    skip = shutil.ignore_patterns(
        ".git", ".venv*", "node_modules", "cdk.out", "build", "__pycache__", ".*_cache", ".hypothesis"
    )
    shutil.copytree(ROOT, folder, ignore=skip)
    for name in (".venv", ".venv-emulator", "node_modules"):
        (folder / name).symlink_to((ROOT / name).resolve())
    return folder


def _run(command, folder):
    # the tools are there: what the targets would set up first is not part of the test
    made = ["-o", ".venv/.made", "-o", "node_modules/.made", "-o", "setup"]
    words = f"make {' '.join(made)} {command.removeprefix('make ')}" if command.startswith("make ") else command
    env = {**os.environ, "PYTHONPATH": f"{folder}:{folder / 'constructs'}", "NO_COLOR": "1"}
    where = {"cwd": folder, "env": env, "shell": True}
    return subprocess.run(words, **where, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.parametrize("file", PAPERS)
def test_every_make_target_and_variable_is_there(file):
    """In blocks and in the running text."""
    for words in re.findall(
        r"\bmake ((?:[a-z-]+|[A-Z]+=\S+)(?: (?:[a-z-]+|[A-Z]+=\S+)(?=[ ;]))*)", " ".join(_code(file))
    ):
        for word in words.split():
            name, is_variable, _ = word.partition("=")
            assert name in (VARIABLES if is_variable else TARGETS), f"{file.name}: make {words}"


def _code(file):
    shell = [command for command, _ in commands.commands(file)]
    return [part + " ;" for part in (*commands.spoken(file), *shell)]


@pytest.mark.parametrize("file", PAPERS)
def test_every_link_leads_somewhere(file):
    """Files, folders and headings; addresses outside are not asked."""
    for target in re.findall(r"\]\(([^)\s]+)\)", file.read_text()):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        found = (file.parent / path).resolve() if path else file
        assert found.exists(), f"{file.name} links to {target}"
        if anchor:
            headings = re.findall(r"^#+ (.+)$", found.read_text(), re.MULTILINE)
            assert anchor in {
                re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings
            }


@pytest.mark.parametrize("file", PAPERS)
def test_every_block_of_yaml_can_be_read(file):
    """By libyaml's rules, which Go's readers keep too: who copies it would get an error of Prometheus or kubectl."""
    for language, text in commands.blocks(file):
        if language == "yaml":
            assert list(yaml.safe_load_all(text)), f"{file.name}: {text}"


def test_the_configuration_of_coredns_in_the_how_to_is_one(tmp_path):
    """Without a finding of its own, and with every zone that dev.yaml has."""
    texts = [text for language, text in commands.blocks(ROOT / "docs" / "how-to.md") if language == "yaml"]
    (given,) = (
        found for text in texts if "coredns_configuration" in (found := yaml.safe_load(text).get("cluster", {}))
    )
    content = yaml.safe_load((ROOT / "environments" / "dev.yaml").read_text())
    content["cluster"].update(given)
    (tmp_path / "dev.yaml").write_text(yaml.safe_dump(content))
    settings = load(str(tmp_path / "dev.yaml"))
    assert [found.rule.id for found in check(settings)] == [found.rule.id for found in check(load("dev"))]
    assert blocks(given["coredns_configuration"]["corefile"]).keys() == {
        ".",
        *settings.pod_networking.dns_cache.stub_domains,
    }


@pytest.mark.parametrize("file", PAPERS)
def test_every_path_that_is_named_is_there(file):
    """`docs/…`, `tests/…`, `environments/…` and their like in code marks; what commands make is there or not."""
    made = {"build", "cdk.out", "node_modules"}
    folders = [folder.name for folder in ROOT.iterdir() if folder.is_dir() and folder.name[0] != "."]
    roots = "|".join(sorted(set(folders) - made))
    for path in re.findall(rf"`((?:{roots})/[\w./-]*[\w/])`", file.read_text()):
        made_up = "mine.yaml" in path
        assert made_up or (ROOT / path).exists(), f"{file.name} names {path}"


@pytest.mark.parametrize("file", PAPERS)
def test_every_command_is_run_or_has_a_reason_not_to_be(file, checkout):
    """In their order, in one copy of the repository; a block marked `bash fails` must fail."""
    for command, fails in commands.commands(file):
        if commands.not_run(command) or command in DONE:
            continue
        if command.startswith("make ") and "mine" not in command:
            DONE.add(command)  # of the repository as it is: the same in every paper
        done = _run(commands.filled(command), checkout)
        assert (done.returncode != 0) is fails, f"{file.name}: {command}\n{done.stdout[-800:]}{done.stderr[-2000:]}"
        if fails:
            assert "Traceback" not in done.stderr


def test_the_tutorial_runs_more_than_it_leaves_out(checkout):
    """The way of a newcomer is tried, not only looked up."""
    found = list(commands.commands(ROOT / "docs" / "tutorial.md"))
    run = [command for command, _ in found if not commands.not_run(command)]
    assert len(run) >= 8
    assert any(fails for _, fails in found)


def test_the_reference_lists_every_target_with_its_own_words():
    """docs/reference.md has the table of `make help`."""
    wanted = re.findall(r"^([a-z-]+):[^#\n]*## (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    text = (ROOT / "docs" / "reference.md").read_text()
    missing = [name for name, told in wanted if f"| `make {name}` | {told} |" not in text]
    assert not missing, f"docs/reference.md must tell {missing} as the Makefile does"
    assert re.findall(r"^\| `make ([a-z-]+)`", text, re.MULTILINE) == [name for name, _ in wanted]


def test_the_reference_names_metrics_and_alarms_as_the_code_does():
    """What a person looks for in CloudWatch."""
    text = (ROOT / "docs" / "reference.md").read_text()
    folder = ROOT / "constructs" / "podnet" / "aws_node_env"
    counted = re.search(r"happened = \{(.*?)\}", (folder / "handler" / "index.py").read_text()).group(1)
    for name in re.findall(r'"(\w+)":', counted):
        assert f"| `{name}` |" in text
    for name in re.findall(r'^    \("(\w+)", "', (folder / "drift_watch.py").read_text(), re.MULTILINE):
        assert f"| `{name}` |" in text


def _words(node):
    """Give the literal text below a node, f-strings too."""
    constants = (part.value for part in ast.walk(node) if isinstance(part, ast.Constant))
    return " ".join(value for value in constants if isinstance(value, str))


def _errors(function):
    """Give the words of each error that a function raises: those of the call, and of the names in it."""
    parts = list(ast.walk(function))
    for raised in (part for part in parts if isinstance(part, ast.Raise) and isinstance(part.exc, ast.Call)):
        if re.search("(Handler|Refused|Kube)Error|KINDS", ast.unparse(raised.exc.func)):
            above = [part for part in parts if isinstance(part, ast.Assign) and part.lineno < raised.lineno]
            named = {ast.unparse(part.targets[0]): part for part in sorted(above, key=lambda part: part.lineno)}
            names = (part.id for part in ast.walk(raised) if isinstance(part, ast.Name))
            yield " ".join([_words(raised), *(_words(named[name]) for name in names if name in named)])


def test_troubleshooting_has_what_the_handler_says():
    """Who has a message at night looks for its words: each error has a row, and no row is of words that nobody says."""
    section = (ROOT / "docs" / "troubleshooting.md").read_text().partition("\n## What the handler says\n")[2]
    rows = re.findall(r"^\| (`.*?`) \| ", section.partition("\n## ")[0], re.MULTILINE)
    told = [[part for part in span.split("…") if part] for row in rows for span in re.findall(r"`([^`]+)`", row)]
    folder = ROOT / "constructs" / "podnet" / "aws_node_env" / "handler"
    trees = [ast.parse(file.read_text()) for file in folder.glob("*.py")]
    everything = " ".join(map(_words, trees))
    assert [parts for parts in told if not all(part in everything for part in parts)] == []
    functions = [part for tree in trees for part in ast.walk(tree) if isinstance(part, ast.FunctionDef)]
    errors = [words for one in functions if one.name != "told" for words in _errors(one)]  # it says others' again
    assert len(errors) > 15
    assert [words for words in errors if not any(all(part in words for part in parts) for parts in told)] == []


def test_the_recording_in_the_readme_shows_every_check_of_a_rehearsal():
    """After a change of them: make rehearse, then python -m tools.pictures."""
    drawn = html.unescape((ROOT / "docs" / "images" / "rehearse.svg").read_text()).replace("\xa0", " ")
    shown = re.sub(r"\s+", " ", " ".join(re.findall(r">([^<]+)<", drawn)))
    assert [what for what, _ in (*plan.FIRST, *plan.SECOND, *plan.UNDONE) if what not in shown] == []


def _packages():
    """Give {folder of Python: its files}; tests, and what lies below a row of the map, are none of it."""
    found = {"app.py": [ROOT / "app.py"], "constructs/podnet/": [*(ROOT / "constructs").rglob("*.py")]}
    for folder in ROOT.iterdir():
        if (folder / "pyvenv.cfg").exists():
            continue  # somebody's own, under whatever name
        if (files := [*folder.glob("*.py"), *folder.glob("*/**/*.py")]) and folder.name not in ("constructs", "tests"):
            found[f"{folder.name}/"] = files
    made = {"build/", "cdk.out/", "node_modules/"}
    return {name: files for name, files in found.items() if name[0] != "." and name not in made}


def test_the_map_of_the_code_has_every_folder_and_what_it_imports():
    """CONTRIBUTING.md; import-linter looks at the arrows between parts of the core alone."""
    text = (ROOT / "CONTRIBUTING.md").read_text()
    rows = dict(re.findall(r"^\| `([\w./]+)` \| .* \| (.*) \|$", text.partition("\n## Tests")[0], re.MULTILINE))
    packages = _packages()
    names = {name.rstrip("/").removesuffix(".py").rpartition("/")[2] for name in packages} - {"terminal"}
    assert packages.keys() <= rows.keys()
    for name, files in packages.items():
        code = "\n".join(file.read_text() for file in files)
        imported = set(re.findall(r"^\s*(?:from|import) (\w+)", code, re.MULTILINE)) & names
        others = imported - {name.rstrip("/").rpartition("/")[2]}
        assert rows[name] == "all" or others <= set(re.findall(r"\w+", rows[name])), f"{name} imports {others}"


def test_every_paper_is_on_the_way():
    """docs/index.md leads to each page of docs/."""
    text = (ROOT / "docs" / "index.md").read_text()
    pages = {file.name for file in pathlib.Path(ROOT / "docs").glob("*.md")} - {"index.md"}
    assert {page for page in pages if f"]({page})" not in text} == set()
