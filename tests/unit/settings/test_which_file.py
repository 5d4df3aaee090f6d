"""A name or a path that leads nowhere: what was tried, and which one was meant. A file of the other kind."""

import shutil

import pytest

from settings import SettingsError, chosen, files, load, load_pipeline
from settings.files import FOLDER


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A project's folder of environments with acme-a, acme-y.yml and pipeline; its parent is the current folder."""
    made = tmp_path / "environments"
    made.mkdir()
    shutil.copy(FOLDER / "dev.yaml", made / "acme-a.yaml")
    shutil.copy(FOLDER / "dev.yaml", made / "acme-y.yml")
    shutil.copy(FOLDER / "pipeline.yaml", made)
    (made / "folder.yaml").mkdir()
    monkeypatch.setattr(files, "FOLDER", made)
    monkeypatch.chdir(tmp_path)
    return made


def _told(name, loader=load):
    with pytest.raises(SettingsError) as caught:
        loader(name)
    assert len(caught.value.problems) == 1
    return str(caught.value).splitlines()


ALL = "name one of environments/ (acme-a), or a path from the current folder with its ending .yaml"


@pytest.mark.parametrize(
    ("name", "tried", "fix"),
    [
        ("nowhere", "environments/nowhere.yaml", ALL),
        ("acme-a.yaml", "acme-a.yaml", "write acme-a, which is environments/acme-a.yaml"),
        ("acme-a.yml", "acme-a.yml", "write acme-a, which is environments/acme-a.yaml"),
        ("environments/acme-a", "environments/environments/acme-a.yaml",
         "write acme-a, which is environments/acme-a.yaml"),
        ("environments/acme-a.yml", "environments/acme-a.yml", "write acme-a, which is environments/acme-a.yaml"),
        ("other/acme-a", "environments/other/acme-a.yaml", "write acme-a, which is environments/acme-a.yaml"),
        ("acme-a/", "environments/acme-a/.yaml", "write acme-a, which is environments/acme-a.yaml"),
        ("acme-b", "environments/acme-b.yaml", "write acme-a, which is environments/acme-a.yaml"),
        ("acme-y", "environments/acme-y.yaml", "write environments/acme-y.yml"),
        ("environments/", "environments/environments/.yaml", ALL),
        ("/nowhere", "/nowhere.yaml", ALL),
    ],
)  # fmt: skip
def test_the_whole_path_that_was_tried_is_told_and_what_was_meant(folder, name, tried, fix):
    """From the project on where it lies below."""
    rule = f"  the file must be readable, got No such file or directory: {tried}"
    assert _told(name) == [f"{tried}: 1 problem, nothing was done", rule, f"    fix: {fix}"]


def test_a_pipeline_is_sought_among_pipelines(folder):
    """And an environment's name is none of them."""
    assert _told("pipeline.yaml", load_pipeline)[-1] == "    fix: write pipeline, which is environments/pipeline.yaml"
    assert "(pipeline)" in _told("nowhere", load_pipeline)[-1]


@pytest.mark.parametrize(
    ("name", "got"), [("", "''"), (" ", "' '"), ("dev\x1b[2J", r"'dev\x1b[2J'"), (True, "true"), (["dev"], "['dev']")]
)
def test_what_cannot_be_a_name_is_refused(name, got):
    """An empty one is not the default, and a value of the CDK's context may be anything."""
    assert _told(name) == [
        "the environment: 1 problem, nothing was done",
        f"  its name must be a name in environments/, or the path of a YAML file, got {got}",
        "    fix: name one, such as dev",
    ]


def test_a_folder_is_no_file_and_no_environment(folder):
    """It has an ending all the same."""
    assert "Is a directory: environments/folder.yaml" in _told("folder")[1]
    assert files.environments() == ["acme-a"]


def test_a_very_long_name_is_told_short():
    """The system refuses it before it looks."""
    told = _told("a" * 5000)
    assert "File name too long" in told[1]
    assert max(map(len, told)) < 500


@pytest.mark.parametrize("name", ["acme-a", "environments/acme-a.yaml", "./environments/acme-a.yaml"])
def test_names_and_paths_lead_to_the_same_file(folder, name):
    """A name is one of the folder, a path with an ending counts from the current folder."""
    assert load(name).name == "acme-a"


def test_a_pipelines_file_is_no_environments(folder):
    """One problem says what it is and which command takes it, not one for each of its keys."""
    assert _told("pipeline") == [
        "pipeline.yaml: 1 problem, nothing was done",
        "  the file must be an environment's, got a pipeline's",
        "    fix: `make synth-pipeline PIPELINE=pipeline` takes it; name an environment's here: acme-a",
    ]


def test_an_environments_file_is_no_pipelines(folder):
    """The same the other way round."""
    assert _told("acme-a", load_pipeline) == [
        "acme-a.yaml: 1 problem, nothing was done",
        "  the file must be a pipeline's, got an environment's",
        "    fix: `make synth ENV=acme-a` takes it; name a pipeline's here: pipeline",
    ]


@pytest.mark.parametrize(
    ("text", "whose"),
    [
        ("account: '1'\nsource: {}\nwaves: []\n", "a pipeline's"),
        ("# yaml-language-server: $schema=pipeline-schema.json\naccount: '1'\n", "a pipeline's"),
        ("# yaml-language-server: $schema=schema.json\nwaves: []\n", "a pipeline's"),
        ("# yaml-language-server: $schema=pipeline-schema.json\ncluster: {}\n", None),
        ("# yaml-language-server: $schema=schema.json\ncluster: {}\nwaves: []\n", None),
        ("cluster: {}\nwaves: []\n", None),
    ],
)
def test_keys_tell_a_file_apart_and_else_its_first_line(environment_file, text, whose):
    """Where it has keys of both kinds, it is what it says; where it says nothing, what it was taken for."""
    with pytest.raises(SettingsError) as caught:
        load(environment_file(text))
    told = [problem.got for problem in caught.value.problems if problem.rule == "must be an environment's"]
    assert told == [whose] * bool(whose)
    assert bool(whose) == (len(caught.value.problems) == 1)


@pytest.mark.parametrize("key", ["env", "ENV", "enviroment", "environments", "Environment"])
def test_a_misspelt_choice_is_refused_and_no_other_environment_taken(key):
    """cdk.json names one, so that without this the app would be another environment's."""
    with pytest.raises(SettingsError) as caught:
        chosen({"environment": "dev", "aws:cdk:enable-asset-metadata": True, key: "prod"})
    (problem,) = caught.value.problems
    assert (problem.path, problem.got, problem.fix) == (f"-c {key}", "'prod'", "write -c environment=prod")


def test_an_empty_name_is_told_as_what_it_is_of():
    """With the name of one that is shipped."""
    for loader, kind, shipped in ((load, "environment", "dev"), (load_pipeline, "pipeline", "pipeline")):
        with pytest.raises(SettingsError, match=f"^the {kind}: 1 problem[^$]*fix: name one, such as {shipped}$"):
            loader("")


@pytest.mark.parametrize("key", ["pipelines", "Pipeline", "pipline"])
def test_a_misspelt_choice_of_a_pipeline_is_refused_too(key):
    """Nothing else is taken for one, though cdk.json names an environment."""
    with pytest.raises(SettingsError, match=f"the pipeline: 1 problem.*\n  -c {key} must be written -c pipeline, got"):
        chosen({"environment": "dev", key: "eu"}, "pipeline", "pipeline")
    assert chosen({"environment": "dev", "env": "prod"}, "pipeline", "pipeline") == "pipeline"
    assert chosen({"pipeline": "eu"}, "pipeline", "pipeline") == "eu"


def test_what_other_tools_keep_in_the_context_chooses_nothing():
    """The choice as it stands, and dev without any."""
    others = {"aws:cdk:enable-asset-metadata": True, "@aws-cdk/core:environments": 1, "vpc": "x"}
    assert chosen({**others, "environment": "prod"}) == "prod"
    assert chosen(others) == "dev"
