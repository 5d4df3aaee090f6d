"""What the wheel holds and asks for."""

import pathlib
import re
import tomllib
import zipfile

ROOT = pathlib.Path(__file__).parents[2]


def _packages(folder, name):
    yield name
    for init in folder.glob("*/__init__.py"):
        yield from _packages(init.parent, f"{name}.{init.parent.name}")


def test_the_wheel_holds_every_package_the_handler_and_the_types_and_nothing_of_the_app(installed):
    """One folder in site-packages: podnet. The charts are podnet.charts in it."""
    names = zipfile.ZipFile(installed.wheel).namelist()
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"podnet"}
    assert "podnet/py.typed" in names
    for folder, inside in ((ROOT / "constructs" / "podnet", "podnet"), (ROOT / "charts", "podnet/charts")):
        for file in folder.rglob("*.py"):
            assert f"{inside}/{file.relative_to(folder)}" in names
    assert [name for name in names if name.endswith("LICENSE")]


def test_every_package_is_listed():
    """The list in pyproject.toml is written by hand, because charts/ lies outside constructs/."""
    listed = set(tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"])
    found = {*_packages(ROOT / "constructs" / "podnet", "podnet"), *_packages(ROOT / "charts", "podnet.charts")}
    assert listed == found


def test_installing_asks_for_cdk_and_for_cdk8s_only_with_the_charts(installed):
    """The app's own needs (pydantic, YAML, jinja2, rich) are not asked for; ranges leave room for a user's pins."""
    archive = zipfile.ZipFile(installed.wheel)
    (metadata,) = [archive.read(name).decode() for name in archive.namelist() if name.endswith("/METADATA")]
    asked = sorted(line.removeprefix("Requires-Dist: ") for line in metadata.splitlines() if "Requires-Dist" in line)
    always = {re.split("[<>=;]", line)[0] for line in asked if "extra ==" not in line}
    charts = {re.split("[<>=;]", line)[0] for line in asked if 'extra == "charts"' in line}
    assert (always, charts) == ({"aws-cdk-lib", "constructs"}, {"cdk8s", "cdk8s-plus-27"})
    assert "==" not in "".join(line.split(";")[0] for line in asked)


def test_the_app_is_not_there(installed):
    """settings, stacks, review and rehearsal stay in the repository."""
    names = ["settings", "stacks", "review", "rehearsal", "charts"]
    code = f"import importlib.util as u; print([n for n in {names} if u.find_spec(n)])"
    assert installed.run("-c", code).strip() == "[]"
