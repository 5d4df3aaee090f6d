"""The delivery pipeline: its order, its stops, and that it deploys the very stacks that a person deploys."""

import json
import pathlib
import re
import subprocess
import sys
from types import SimpleNamespace

import aws_cdk as cdk
import pytest
from networks import NETWORK

import app
from pipeline import __main__
from pipeline.pipeline_stack import PipelineStack, comment
from settings import SettingsError, files, load, load_pipeline
from settings.pipeline import Wave

ROOT = pathlib.Path(__file__).parents[2]
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
CONTEXT = {**json.loads((ROOT / "cdk.json").read_text())["context"], **app.CONTEXT}


@pytest.fixture(scope="module")
def assembly(tmp_path_factory):
    """The shipped pipeline, synthesized by the command, with the context and folder that the CDK CLI gives its app."""
    given, made = {"outdir": str(tmp_path_factory.mktemp("pipeline"))}, []

    def start(*, context, **more):
        made.append(cdk.App(context=CONTEXT | context, **given, **more))
        return made[0]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["pipeline"])
        patch.setattr(__main__, "cdk", SimpleNamespace(App=start))
        assert __main__.main() == 0
    return made[0].synth()


@pytest.fixture(scope="module")
def template(assembly):
    return json.loads(pathlib.Path(assembly.get_stack_by_name("pipeline").template_full_path).read_text())


def _only(template, kind):
    (found,) = [resource for resource in template["Resources"].values() if resource["Type"] == kind]
    return found["Properties"]


@pytest.fixture(scope="module")
def stages(template):
    """{name of a stage of the pipeline: its actions in the order in which they run}."""
    pipeline = _only(template, "AWS::CodePipeline::Pipeline")
    assert pipeline["Name"] == "pipeline"
    return {s["Name"]: sorted(s["Actions"], key=lambda a: a.get("RunOrder", 1)) for s in pipeline["Stages"]}


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_a_pipeline_adopts_the_stacks_that_were_deployed_by_hand(assembly, synthesized, name):
    """Same stack names and logical ids; what differs is a name or a label that CloudFormation changes in place.

    Not among it, since each would replace something that runs: security groups and their rules, the launch template of
    the nodes, any property of AwsNodeEnv, and whatever a manifest holds besides that label.
    """
    by_hand, described = synthesized(name).assembly.stacks, 0
    stage = {s.stack_name: s for s in assembly.get_nested_assembly(f"assembly-pipeline-{name}").stacks}
    assert stage.keys() == {s.stack_name for s in by_hand}
    for stack in by_hand:
        here, there = (s.template["Resources"] for s in (stack, stage[stack.stack_name]))
        ids = {key: resource["Type"] for key, resource in here.items()}
        others = {key: resource["Type"] for key, resource in there.items() if resource["Type"] != "AWS::CDK::Metadata"}
        assert {"AWS::Lambda::Permission"} >= {kind for _, kind in ids.items() ^ others.items()}
        for key in ids.keys() & others.keys():
            assert _without_names(here[key]) == _without_names(there[key]), (stack.stack_name, key)
            described += _description(here[key]) != _description(there[key])
    assert f"descriptions of {NUMBERS[described]} functions" in (ROOT / "docs" / "pipeline.md").read_text()


IN_PLACE = {"AWS::Lambda::Function": ("Description",)}
# by it `kubectl apply --prune` knows the objects of one manifest; it is a label of each, and of no pod
PRUNE_LABEL = re.compile(r"aws\.cdk\.eks/prune-[0-9a-f]+")


def _description(resource):
    return resource.get("Properties", {}).get("Description")


def _without_names(resource):
    kind = resource["Type"]
    properties = json.loads(PRUNE_LABEL.sub("prune", json.dumps(resource.get("Properties", {}))))
    for key in IN_PLACE.get(kind, ()):
        properties.pop(key, None)
    if isinstance(properties.get("Tags"), list):
        properties["Tags"] = [tag for tag in properties["Tags"] if tag["Key"] != "Name"]
    if kind == "AWS::EC2::LaunchTemplate":  # tags of the template itself, not of what it starts
        properties.pop("TagSpecifications")
    return kind, properties, resource.get("DependsOn"), resource.get("DeletionPolicy")


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_the_review_of_each_environment_stands_beside_its_templates(assembly, name):
    """`make synth-pipeline` gathers them; whoever approves a wave reads them."""
    page = pathlib.Path(assembly.directory, f"assembly-pipeline-{name}", "review", "index.html")
    assert f"<title>{name} " in page.read_text()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("region: eu-west-1", "region: nowhere"), "region must be a region name"),
        (("[prod]", "[prod, staging, test]"), "staging.yaml"),
        (("[prod]", "[prod, broken]"), "region must be a region name"),
    ],
)
def test_a_pipeline_or_environment_that_cannot_be_used_is_told(tmp_path, monkeypatch, capsys, change, told):
    """Each of the environments, on standard error, and nothing is synthesized."""
    for name in ("pipeline", "dev", "prod"):
        text = (ROOT / "environments" / f"{name}.yaml").read_text()
        (tmp_path / f"{name}.yaml").write_text(text.replace(*change) if name == "pipeline" else text)
    (tmp_path / "broken.yaml").write_text(text.replace("region: eu-west-1", "region: nowhere"))
    monkeypatch.setattr(files, "FOLDER", tmp_path)
    monkeypatch.setattr("sys.argv", ["pipeline"])
    given = {"outdir": str(tmp_path / "out")}
    monkeypatch.setattr(__main__, "cdk", SimpleNamespace(App=lambda **more: cdk.App(**given, **more)))
    assert __main__.main() == 1
    assert not list(tmp_path.glob("out/*.json"))
    heard = capsys.readouterr().err
    assert told in heard
    assert ("test.yaml" in heard) == ("test" in change[1])


def test_the_pipeline_checks_itself_and_then_deploys_wave_after_wave(stages):
    """Source, synth, the pipeline's own update, assets, and each wave; a wave of one environment has its name."""
    assert list(stages) == ["Source", "Build", "UpdatePipeline", "Assets", "dev", "prod"]
    told = f"Assets need as many as there are ({NUMBERS[len(stages['Assets'])]} for the"
    assert told in (ROOT / "docs" / "pipeline.md").read_text()
    assert {action.get("RunOrder", 1) for action in stages["Assets"]} == {1}, "assets are published side by side"
    source = stages["Source"][0]["Configuration"]
    assert source["FullRepositoryId"] == "example/podnet"
    assert source["BranchName"] == "main"
    assert ":codeconnections:" in source["ConnectionArn"]


def _projects(template):
    """{description or logical id of a build: its properties}."""
    found = {key: r["Properties"] for key, r in template["Resources"].items() if r["Type"] == "AWS::CodeBuild::Project"}
    return {project.get("Description", key): project for key, project in found.items()}


@pytest.fixture(scope="module")
def synth_step(template):
    """What the synth step's build does, with the image that it runs on."""
    (project,) = [project for told, project in _projects(template).items() if told.endswith("/Synth")]
    return {**json.loads(project["Source"]["BuildSpec"]), "image": project["Environment"]["Image"]}


def test_the_synth_step_runs_the_checks_and_gives_the_reviews(synth_step, stages):
    """The cloud assembly and the reviews are two artefacts of one step, from the folders that `make` fills."""
    checks = ["make check", "make test-quick WORKERS=2"]
    assert synth_step["phases"]["build"]["commands"] == [*checks, "make synth-pipeline PIPELINE=pipeline"]
    assert len(stages["Build"][0]["OutputArtifacts"]) == 2
    given = synth_step["artifacts"]["secondary-artifacts"].values()
    assert sorted(one["base-directory"] for one in given) == ["build/reviews", "cdk.out"]


def test_the_synth_step_has_the_languages_that_make_and_the_parts_ask_for(synth_step):
    """The image's default Go is 1.20, which cannot fetch a newer one; and the paper names what is taken."""
    texts = [file.read_text() for file in ROOT.glob("rehearsal/parts/*/go.mod")]
    least = {
        "python": [re.search(r'requires-python = ">=([\d.]+)"', (ROOT / "pyproject.toml").read_text())[1]],
        "nodejs": [json.loads((ROOT / "package.json").read_text())["engines"]["node"].removeprefix(">=")],
        "golang": [re.search(r"^go (\d+\.\d+)", text, re.MULTILINE)[1] for text in texts],
    }
    taken = synth_step["phases"]["install"]["runtime-versions"]
    assert taken.keys() == least.keys()
    for language, versions in least.items():
        assert _numbers(taken[language]) >= max(map(_numbers, versions)), language
    assert synth_step["image"] == "aws/codebuild/standard:7.0", "another image has other versions of these"
    words = "Python {python}, Node.js {nodejs} and Go {golang} from the image".format(**taken)
    assert words in (ROOT / "docs" / "pipeline.md").read_text()


def _numbers(version):
    return tuple(map(int, version.split(".")))


def test_no_build_installs_another_command_line_than_ours(template):
    """CDK's own checks and update would take the newest, with rights in the accounts; the paper names the one left."""
    ours = json.loads((ROOT / "package.json").read_text())["devDependencies"]["aws-cdk"]
    installed = [
        name
        for project in _projects(template).values()
        for name in re.findall(r"npm install -g ([\w@./-]+)", json.dumps(project["Source"]["BuildSpec"]))
    ]
    assert set(installed) == {f"aws-cdk@{ours}", "cdk-assets@latest"}
    assert installed.count(f"aws-cdk@{ours}") == 2
    assert "`cdk-assets`" in (ROOT / "docs" / "pipeline.md").read_text()


def test_every_wave_waits_for_who_must_agree(stages):
    """Production for a person, both for a person where rights are broadened; both before the first stack."""

    def kinds(wave):
        return [action["Name"] for action in stages[wave]]

    assert [name for name in kinds("prod") if "Approve-production" in name]
    assert not [name for name in kinds("dev") if "Approve" in name]
    for environment in ("dev", "prod"):
        order = {action["Name"]: action.get("RunOrder", 1) for action in stages[environment]}
        stops = [order[name] for name in order if "Broadening" in name or "Approve" in name]
        deploys = [order[name] for name in order if "Deploy" in name]
        assert len(stops) == (3 if environment == "prod" else 2)
        assert len(deploys) == 4 + len({workload.namespace for workload in load(environment).workloads})
        assert max(stops) < min(deploys)
    (asked,) = [action for action in stages["prod"] if "Approve" in action["Name"]]
    assert asked["Configuration"]["CustomData"] == comment(load_pipeline("pipeline").waves[1])


def test_broader_rights_stop_nobody_where_the_file_says_so(tmp_path):
    """`confirm_broadening: false`; whoever approves a wave is asked all the same."""
    plan = load_pipeline("pipeline").model_copy(update={"confirm_broadening": False})
    made = cdk.App(context=CONTEXT, outdir=str(tmp_path))
    PipelineStack(made, plan=plan, environments=[load(name) for name in plan.environments])
    stages = _only(made.synth().get_stack_by_name("pipeline").template, "AWS::CodePipeline::Pipeline")["Stages"]
    names = [action["Name"] for stage in stages for action in stage["Actions"]]
    assert not [name for name in names if "Broadening" in name]
    assert "Approve-production" in names


def test_what_is_asked_before_a_large_wave_fits_an_action():
    """30 environments with long names are more than 1,000 characters, which it refuses; a few are all named."""
    names = [f"customer-{number:03}-production-eu-west-1" for number in range(30)]
    asked = comment(Wave(name="all", environments=tuple(names), approval=True))
    assert len(asked) < 1000
    assert "customer-000-production-eu-west-1, customer-001-" in asked
    assert asked.endswith("…; read the artefact of the synth step: <name>/index.html")
    assert comment(Wave(name="one", environments=("prod",))).startswith("deploys prod; read")


def test_stacks_are_deployed_in_the_order_of_their_dependencies(stages):
    """Network, Cluster, PodNetworking, Compute, Workloads: one run order each."""
    order = {action["Name"]: action["RunOrder"] for action in stages["dev"] if "Deploy" in action["Name"]}
    names = ("Network", "Cluster", "PodNetworking", "Compute", "Workloads-shop")
    found = [order[next(name for name in order if wanted in name)] for wanted in names]
    assert found == sorted(set(found))


def test_a_stack_is_one_action_without_a_change_set(stages):
    """What it does stands in the review, and two actions for each stack take minutes of a run."""
    actions = [action for name in ("dev", "prod") for action in stages[name]]
    deploys = [a for a in actions if a["ActionTypeId"]["Provider"] == "CloudFormation"]
    assert {action["Configuration"]["ActionMode"] for action in deploys} == {"CREATE_UPDATE"}
    stacks = [action["Configuration"]["StackName"] for action in deploys]
    assert len(set(stacks)) == len(stacks)


def test_another_account_gets_a_key_and_one_account_does_not(template, tmp_path):
    """Artefacts that another account reads must be encrypted under a key that it may use; a key costs money."""
    keys = [r for r in template["Resources"].values() if r["Type"] == "AWS::KMS::Key"]
    assert [key["Properties"]["EnableKeyRotation"] for key in keys] == [True]
    plan = load_pipeline("pipeline").model_copy(update={"waves": load_pipeline("pipeline").waves[:1]})
    made = cdk.App(context=CONTEXT, outdir=str(tmp_path))
    PipelineStack(made, plan=plan, environments=[load("dev")])
    alone = made.synth().get_stack_by_name("pipeline").template
    assert not [r for r in alone["Resources"].values() if r["Type"] == "AWS::KMS::Key"]


def test_the_pipelines_template_has_no_finding(assembly):
    """cfn-lint knows its resources, and accepts their values."""
    file = assembly.get_stack_by_name("pipeline").template_full_path
    lint = pathlib.Path(sys.executable).parent / "cfn-lint"
    command = [lint, "--regions", "eu-west-1", "--ignore-checks", "W3005", "E3703", "--", file]
    found = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (found.returncode, found.stdout) == (0, ""), found.stdout + found.stderr


def test_the_source_action_may_use_its_connection_by_either_name_of_the_service(template):
    """CDK grants the old one alone, and AWS asks for that of the connection's ARN."""
    policies = [r["Properties"] for r in template["Resources"].values() if r["Type"] == "AWS::IAM::Policy"]
    statements = [one for policy in policies for one in policy["PolicyDocument"]["Statement"]]
    (use,) = [one for one in statements if "codestar-connections:UseConnection" in one["Action"]]
    assert use["Action"] == ["codeconnections:UseConnection", "codestar-connections:UseConnection"]
    assert use["Resource"] == load_pipeline("pipeline").source.connection_arn


def test_a_network_of_which_nothing_is_made_is_a_template_that_cloudformation_takes(tmp_path):
    """Without version reporting CDK adds nothing; the stacks that have resources get none more."""
    plan = load_pipeline("pipeline")
    plan = plan.model_copy(update={"waves": plan.waves[:1]})
    workloads = tuple(workload.model_copy(update={"reaches": ()}) for workload in load("dev").workloads)
    changes = {"network": None, "existing_network": NETWORK, "peers": (), "workloads": workloads}
    made = cdk.App(context=CONTEXT, outdir=str(tmp_path), analytics_reporting=False)
    PipelineStack(made, plan=plan, environments=[load("dev").model_copy(update=changes)])
    stacks = made.synth().get_nested_assembly("assembly-pipeline-dev").stacks
    kinds = {s.stack_name: [r["Type"] for r in s.template["Resources"].values()] for s in stacks}
    assert kinds.pop("dev-Network") == ["AWS::CloudFormation::WaitConditionHandle"]
    assert not [name for name, found in kinds.items() if "AWS::CloudFormation::WaitConditionHandle" in found]


def test_nothing_is_looked_up(assembly):
    """A pipeline's synth has no credentials of the environments."""
    manifests = sorted(pathlib.Path(assembly.directory).rglob("manifest.json"))
    assert len(manifests) == 3
    assert not [file for file in manifests if "missing" in json.loads(file.read_text())]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("waves: [{name: a, environments: [dev]}, {name: b, environments: [dev]}]", "waves must name each wave and"),
        ("waves: []", "waves must have at least 1 entry, got none"),
        ("waves: [{name: a, environments: []}]", r"waves\[0\].environments must have at least 1 entry, got none"),
    ],
)
def test_a_bad_plan_is_refused_with_its_path(environment_file, change, problem):
    """As an environment's file is."""
    text = (ROOT / "environments" / "pipeline.yaml").read_text()
    file = environment_file(text.split("\nwaves:")[0] + f"\n{change}\n")
    with pytest.raises(SettingsError, match=problem):
        load_pipeline(file)
