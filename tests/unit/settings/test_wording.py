"""Each rule in words of this project, with a fix that helps: limits, lengths, true, and the schema of the file."""

import copy
import json

import pytest
import yaml

from settings import SettingsError, load, load_pipeline
from settings.files import FOLDER


@pytest.fixture
def told(environment_file):
    """Return a function: the problems of a changed shipped file as {path: [rule, got, fix]}."""

    def load_changed(change, name="dev", loader=load):
        content = copy.deepcopy(yaml.safe_load((FOLDER / f"{name}.yaml").read_text()))
        change(content)
        with pytest.raises(SettingsError) as caught:
            loader(environment_file(json.dumps(content)))
        return {problem.path: [problem.rule, problem.got, problem.fix] for problem in caught.value.problems}

    return load_changed


def test_a_problem_of_600_rules_is_said_once_with_names(environment_file):
    """In the order of the file, with the number of the places that are not shown."""
    content = yaml.safe_load((FOLDER / "dev.yaml").read_text())
    rules = [{"port": port, "from": {"cluster": True}, "description": "the team's"} for port in (80, 443)]
    content["workloads"] = [{**content["workloads"][0], "name": f"w{i}", "ingress": rules} for i in range(300)]
    content["workloads"][11]["name"] = "W11\n"
    with pytest.raises(SettingsError) as caught:
        load(environment_file(json.dumps(content)))
    lines = str(caught.value).splitlines()
    assert (lines[0], len(caught.value.problems)) == ("trial.yaml: 601 problems, nothing was done", 601)
    assert lines[1].startswith("  workloads[0].ingress[0].description of shop/w0 must be of letters")
    assert lines[3] == "    also: workloads[0].ingress[1].description of shop/w0"
    assert lines[5] == "          workloads[1].ingress[1].description of shop/w1"
    assert lines[12] == "          and 590 more"
    assert lines[13].startswith("  workloads[11].name must be ")
    assert len(lines) == 15


def test_problems_of_one_place_or_of_other_kinds_stay_apart(environment_file):
    """Another fix, or another setting, is another problem."""
    content = yaml.safe_load((FOLDER / "dev.yaml").read_text())
    content["workloads"][0]["ingress"][0].update(ports=1, to_ports=2)
    content["workloads"][1]["ingress"][0].update(port=0)
    with pytest.raises(SettingsError) as caught:
        load(environment_file(json.dumps(content)))
    assert str(caught.value).count("fix: ") == len(caught.value.problems) == 3


RUN_AGAIN = ["must have at most 64 characters", f"65: '{'x' * 40}…'", "write a shorter text"]


@pytest.mark.parametrize(
    ("change", "path", "wanted"),
    [
        (lambda c: c.update(acknowledge={"drift-is-watched": "okay"}), "acknowledge.drift-is-watched",
         ["must have at least 10 characters", "4: 'okay'", "write a longer text"]),
        (lambda c: c["pod_networking"].update(run_again="x" * 65), "pod_networking.run_again", RUN_AGAIN),
        (lambda c: c["network"].update(availability_zones=["eu-west-1a"]), "network.availability_zones",
         ["must have at least 2 entries", "1", "add a line that starts with `- ` under it"]),
        (lambda c: c["node_groups"][0].update(instance_types=[]), "node_groups[0].instance_types",
         ["must have at least 1 entry", "none", "add a line that starts with `- ` under it"]),
        (lambda c: c["workloads"][0].update(security_group_ids=["sg-12345678"] * 16), "workloads[0].security_group_ids",
         ["must have at most 15 entries", "16", "leave some out"]),
        (lambda c: c["cluster"].update(endpoint_cidrs=[f"9.{i}.0.0/16" for i in range(41)]), "cluster.endpoint_cidrs",
         ["must have at most 40 entries", "41", "leave some out"]),
        (lambda c: c["workloads"][0].update(pod_labels={}), "workloads[0].pod_labels",
         ["must have at least 1 entry", "none", "add a line `name: value` under it"]),
        (lambda c: c["workloads"][0]["ingress"][0].update(port=0), "workloads[0].ingress[0].port",
         ["must be at least 1", "0", "write 1 or a higher number"]),
        (lambda c: c["network"].update(nat_gateways=7), "network.nat_gateways",
         ["must be at most 6", "7", "write 6 or a lower number"]),
        (lambda c: c["workloads"][0]["ingress"][0].update({"from": {"cluster": False}}),
         "workloads[0].ingress[0].from.cluster", ["must be true", "false", "write true, or leave it out"]),
        (lambda c: c["cluster"].update(endpoint="open"), "cluster.endpoint",
         ["must be one of 'public' or 'private'", "'open'", "take one of these"]),
        (lambda c: c["cluster"].update(service_cidr="fd30:1c53:5f8a::/108"), "cluster.service_cidr",
         ["must be an IPv4 range such as 10.0.0.0/16: podnet does not support IPv6 yet", "'fd30:1c53:5f8a::/108'",
          "take IPv4, or see docs/is-it-for-you.md"]),
        (lambda c: c["pod_networking"]["dns_cache"].update(local_ip="fd00::10"), "pod_networking.dns_cache.local_ip",
         ["must be an IPv4 address such as 10.0.0.2: podnet does not support IPv6 yet", "'fd00::10'",
          "take IPv4, or see docs/is-it-for-you.md"]),
        (lambda c: c["cluster"].pop("coredns_version"), "cluster.coredns_version",
         ["must be given", "nothing", "add it; environments/schema.json tells its form"]),
        (lambda c: c.update(existing_network={}), "network",
         ["must be given, or else existing_network", "network and existing_network", "give one of the two"]),
        (lambda c: c.pop("cluster"), "cluster",
         ["must be given, or else existing_cluster", "neither", "give one of the two"]),
        (lambda c: c["peers"][0].update(transit_gateway_id="tgw-0d1a2b3c4d5e6f701"), "peers[0].vpc_id",
         ["must be given, or else transit_gateway_id", "vpc_id and transit_gateway_id", "give one of the two"]),
        (lambda c: c["peers"][0].pop("vpc_id"), "peers[0].vpc_id",
         ["must be given, or else transit_gateway_id", "neither", "give one of the two"]),
        (lambda c: c["workloads"][1].update(name="orders-api"), "workloads[1].name",
         ["must be used once", "'shop/orders-api'", "take another name"]),
        (lambda c: c["node_groups"][0].update(min_size=9), "node_groups[0]",
         ["must have min_size <= desired_size <= max_size", "min 9, desired 3, max 6", "mend the sizes"]),
        (lambda c: c["workloads"][0]["ingress"][0].update(to_port=1), "workloads[0].ingress[0].to_port",
         ["must not be below port", "8080 to 1", "write the lower port first"]),
        (lambda c: c["workloads"][0].update(ingress=[{"protocol": "all", "to_port": 9, "from": {"cluster": True}}]),
         "workloads[0].ingress[0].to_port", ["must not be there with all", "9", "remove it"]),
        (lambda c: c["workloads"][2]["egress"][0].update(to={"workload": "a", "namespace": "tools"}),
         "workloads[2].egress[0].to.namespace",
         ["must name the namespace of a workload with a group of its own", "'tools'", "choose from: shop"]),
        (lambda c: c["workloads"][0]["ingress"][0].update({"from": {"peer": "data", "cluster": True}}),
         "workloads[0].ingress[0].from",
         ["must have one of cidr, security_group_id, prefix_list_id, workload, peer, cluster", "peer and cluster",
          "give one"]),
        (lambda c: c["workloads"][0]["reaches"][0].pop("peer"), "workloads[0].reaches[0]",
         ["must have one of peer, security_group_id", "none", "give one"]),
        (lambda c: c["pod_networking"]["env"].update(ENABLE_POD_ENI="true"), "pod_networking.env.ENABLE_POD_ENI",
         ["must not be set here", "'true'", "remove it: podnet always sets it to true"]),
        (lambda c: c["pod_networking"]["env"].update(AWS_VPC_K8S_CNI_EXTERNALSNAT="true"),
         "pod_networking.env.AWS_VPC_K8S_CNI_EXTERNALSNAT",
         ["must not be set here", "'true'", "use pod_networking.external_snat"]),
        (lambda c: c["cluster"].update(endpoint="private", endpoint_cidrs=["9.9.9.0/24", "9.9.8.0/24"]),
         "cluster.endpoint_cidrs",
         ["must not be there with endpoint: private, which no range outside the VPC reaches", "9.9.9.0/24, 9.9.8.0/24",
          "remove it, or write endpoint: public"]),
        (lambda c: c["pod_networking"]["dns_cache"].update(local_ip="169.254.20"), "pod_networking.dns_cache.local_ip",
         ["must be an IPv4 address such as 10.0.0.2 (Expected 4 octets in '169.254.20')", "'169.254.20'",
          "write it as four numbers"]),
        (lambda c: c["workloads"][1]["egress"][0].update(to={"cidr": "10.1.0.5"}), "workloads[1].egress[0].to.cidr",
         ["must be a range of /32 or wider", "'10.1.0.5'", "write the first address and the length"]),
        (lambda c: c["workloads"][1]["egress"][0].update(to={"cidr": "10.1.0.5/24"}), "workloads[1].egress[0].to.cidr",
         ["must be an IPv4 range such as 10.0.0.0/16 (10.1.0.5/24 has host bits set)", "'10.1.0.5/24'",
          "write the first address and the length"]),
    ],
)  # fmt: skip
def test_rule_value_and_fix_are_in_own_words(told, change, path, wanted):
    """Characters are no items, true is no True, and a limit is a number to write."""
    assert told(change)[path] == wanted


@pytest.mark.parametrize("value", ["true", "none", "Isolated"])
def test_true_among_words_is_written_as_in_the_file(told, value):
    """Python's True would be taken too, but is not what the page of the settings says."""
    assert told(lambda c: c["existing_network"].update(behind_nat=value), "existing") == {
        "existing_network.behind_nat": [
            "must be one of true, false or 'isolated'",
            repr(value),
            "take one of these, true and false without quotes",
        ]
    }


@pytest.mark.parametrize(
    ("change", "path", "wanted"),
    [
        (lambda c: c.update(regoin="eu-west-1"), "regoin", "write region"),
        (lambda c: c["workloads"][0].update(podLabels={"app": "a"}), "workloads[0].podLabels", "write pod_labels"),
        (lambda c: c["workloads"][0]["ingress"][0].update(ports=[1]), "workloads[0].ingress[0].ports", "write port"),
        (lambda c: c["workloads"][0]["ingress"][0].update(form={}), "workloads[0].ingress[0].form", "write from"),
        (lambda c: c["pod_networking"]["dns_cache"].update({"stub-domain": {}}),
         "pod_networking.dns_cache.stub-domain", "write stub_domains"),
        (lambda c: c.update(dns_cache={"enabled": True}), "dns_cache",
         "move it to pod_networking, which has a key of this name"),
        (lambda c: c["pod_networking"]["vpc_cni"].update(env={}), "pod_networking.vpc_cni.env",
         "move it to pod_networking, which has a key of this name"),
        (lambda c: c.update(port=443), "port", "remove it, or mend the spelling"),
        (lambda c: c.update(nothing_like_it=1), "nothing_like_it", "remove it, or mend the spelling"),
        (lambda c: c.update(named="dev"), "named", "remove it, or mend the spelling"),
        (lambda c: c["workloads"][0]["ingress"][0].update(port="443-445"), "workloads[0].ingress[0].port",
         "write port: 443, to_port: 445"),
        (lambda c: c["workloads"][0]["reaches"][0].update(port="443-445"), "workloads[0].reaches[0].port",
         "write an entry for each port"),
        (lambda c: c["workloads"][0]["ingress"][0].update(port="443"), "workloads[0].ingress[0].port",
         "write it without quotes and without a point"),
        (lambda c: c["pod_networking"]["drift"].update(every_minutes="15m"), "pod_networking.drift.every_minutes",
         "write digits alone, without quotes"),
        (lambda c: c["pod_networking"]["drift"].update(every_minutes="15-30"), "pod_networking.drift.every_minutes",
         "write digits alone, without quotes"),
        (lambda c: c["pod_networking"]["drift"].update(every_minutes=7.5), "pod_networking.drift.every_minutes",
         "write it without quotes and without a point"),
        (lambda c: c["workloads"][0]["reaches"][0].update(peer="date"), "workloads[0].reaches[0].peer",
         "choose from: data"),
        (lambda c: c.update(peers=[]), "workloads[0].reaches[0].peer", "choose from: there is none"),
        (lambda c: c["pod_networking"].update(dns_cache=False), "pod_networking.dns_cache",
         "write dns_cache: {enabled: false}"),
        (lambda c: c["pod_networking"].update(drift=False), "pod_networking.drift",
         "write `name: value` lines under it"),
        (lambda c: c.update(peers=None), "peers",
         "write each item on a line that starts with `- `, or leave the key out where it has a default"),
        (lambda c: c["workloads"][0]["ingress"][0].update(port=[80, 443]), "workloads[0].ingress[0].port",
         "write an entry for each port"),
        (lambda c: c["workloads"][0]["pod_labels"].update(app={"is": "api"}), "workloads[0].pod_labels.app",
         "write one text, without braces and without lines under it"),
        (lambda c: c["network"].update(cidr=["10.20.0.0/16"]), "network.cidr",
         "write one text, without brackets and without lines under it"),
        (lambda c: c.update(acknowledge={"drift-is-watched": None}), "acknowledge.drift-is-watched",
         "write one, in quotes where it begins with #, or remove the key where it has a default"),
        (lambda c: c.update(account="1111-1111-1111"), "account", "write digits alone, in quotes"),
        (lambda c: c["cluster"].update(kubernetes_version="v1.35.2"), "cluster.kubernetes_version",
         'write two parts, in quotes: "1.35"'),
        (lambda c: c["cluster"].update(admin_role_arns=["arn:aws:iam::111111111111:role/AWSReservedSSO_Admin_0a1b"]),
         "cluster.admin_role_arns[0]",
         "copy the whole ARN: aws iam get-role --role-name AWSReservedSSO_Admin_0a1b --query Role.Arn"),
        (lambda c: c["cluster"].update(admin_role_arns=["arn:aws:iam::111111111111:user/a"]),
         "cluster.admin_role_arns[0]",
         "give the role itself, not a user or a session of it: aws iam get-role --role-name <name> --query Role.Arn"),
    ],
)  # fmt: skip
def test_the_fix_names_what_was_meant(told, change, path, wanted):
    """The key that is spelt most like it, and both ends of a range of ports."""
    assert told(change)[path][2] == wanted


@pytest.mark.parametrize(
    ("text", "got", "fix"),
    [
        ("a:\n\tb: 1\n", "found character", "write spaces in place of the tab: YAML takes none there"),
        ("a: &b 1\n", "anchors, aliases and merge keys are not", "write the values out in each place"),
        ("a:\n  <<: {b: 1}\n", "anchors, aliases and merge keys are not", "write the values out in each place"),
        ("a: 1\na: 1\n", "the key 'a' stands twice (line 2, column 1)", "keep one of the two"),
        ("a: 1\n---\nb: 1\n", "found another document",
         "remove the line `---` and what follows: a file is one environment"),
        ("a: [1\n", "expected ',' or ']', but got '<stream end>' (line 2, column 1, of what begins in line 1)",
         "close the bracket or brace"),
        ('a:\n  b: "1\nc: 2\n', "unexpected end of stream (line 4, column 1, of what begins in line 2)",
         "close the quote"),
        ("a: done: see below\n", "mapping values are not allowed here (line 1, column 8)",
         "put text with a colon in quotes, indent the line as its neighbours, and by plain spaces"),
        ("a: 1\nb:1\nc: 2\n", "could not find expected ':'", "write `key: value`, with a space behind the colon"),
        ("a:\n  - b: 1\n  -c: 2\n", "expected <block end>",
         "indent the line as its neighbours, with a space behind `-`"),
        ("a: @team\n", "found character '@'", "put the value in quotes"),
        ("a: !Ref b\n", "the tag '!Ref'", "put the value in quotes: tags such as !Ref are not used here"),
        ("# empty\n", "nothing", "begin with account: and region:"),
        ("- a\n", "a list", "begin with account: and region:"),
        ("a\n", "'a'", "begin with account: and region:"),
    ],
)  # fmt: skip
def test_what_yaml_allows_and_a_file_does_not_need_has_its_fix(environment_file, text, got, fix):
    """In words for somebody who wrote the line, without names of Python's types."""
    with pytest.raises(SettingsError) as caught:
        load(environment_file(text))
    (problem,) = caught.value.problems
    assert got in problem.got
    assert problem.fix == fix


def test_characters_that_look_like_those_that_are_meant_are_told_by_their_number(told):
    """A hyphen that breaks no line, quotes of a word processor; a character that belongs there is left alone."""
    assert told(lambda c: c.update(region="eu\u2011west-1"))["region"][1] == "'eu\u2011west-1' with U+2011"
    assert told(lambda c: c.update(account="“1”"))["account"][1] == "'“1”' with U+201C, U+201D"
    assert told(lambda c: c.update(region="EU"))["region"][1] == "'EU'"


def test_a_list_that_is_long_enough_is_not_told_as_short_for_its_wrong_entries(told):
    """Only the entries are wrong; with one entry too few both are told."""
    zones = "network.availability_zones"
    assert list(told(lambda c: c["network"].update(availability_zones=["a", "b"]))) == [f"{zones}[0]", f"{zones}[1]"]
    assert list(told(lambda c: c["network"].update(availability_zones=["a"]))) == [zones, f"{zones}[0]"]
    assert list(told(lambda c: c["workloads"][0].update(pod_labels={"a": 1}))) == ["workloads[0].pod_labels.a"]


def test_a_pipelines_problems_name_its_own_schema(told):
    """And its file may be called what an environment's may not."""
    found = told(lambda c: c.pop("region"), "pipeline", load_pipeline)
    assert found["region"][2] == "add it; environments/pipeline-schema.json tells its form"


@pytest.mark.parametrize("branch", ["refs/heads/main", "", "a b", "main\n"])
def test_a_branch_is_named_as_git_names_it(told, branch):
    """A source action fails for another text: `No Branch [branch] found` (aws/aws-cdk#28164)."""
    found = told(lambda c: c["source"].update(branch=branch), "pipeline", load_pipeline)
    assert found["source.branch"][::2] == [
        "must be a branch such as main or release/1.2",
        "write its name alone, without refs/heads/ before it and without spaces",
    ]


@pytest.mark.parametrize(
    "second", [{"name": "first", "environments": ["prod"]}, {"name": "second", "environments": ["dev"]}]
)
def test_a_pipelines_waves_and_their_environments_are_named_once(told, second):
    """The same name again, of a wave or of an environment."""
    waves = [{"name": "first", "environments": ["dev"]}, second]
    found = told(lambda c: c.update(waves=waves), "pipeline", load_pipeline)
    assert found["waves"][::2] == ["must name each wave and each environment once", "remove the repeated one"]


def test_a_pipelines_file_is_named_by_its_own_rule(environment_file):
    """No word of groups, which a pipeline does not make."""
    text = (FOLDER / "pipeline.yaml").read_text()
    assert load_pipeline(environment_file(text, name="sg-eu.yaml")).name == "sg-eu"
    with pytest.raises(SettingsError, match=r"must be called by 1-25 lower-case letters, digits and hyphens, a"):
        load_pipeline(environment_file(text, name="My_Line.yaml"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"account: 0x{'f' * 5000}\n", "a number that is too long (line 1, column 10)"),
        ("account: 011111111111\n", "011111111111 is a number in another form than decimal (line 1, column 10)"),
        ("port: 0443\n", "0443 is a number in another form than decimal (line 1, column 7)"),
        ("port: 0x1F\n", "0x1F is a number in another form than decimal (line 1, column 7)"),
        ("port: 1_000\n", "1_000 is a number in another form than decimal (line 1, column 7)"),
        ("port: \x00\n", "special characters are not allowed: U+0000 at 6"),
        ('account: "\\ud800"\n', "half a character, U+D800 to U+DFFF (line 1, column 10)"),
    ],
)
def test_numbers_and_characters_that_nothing_can_hold_are_told_with_their_line(environment_file, text, told):
    """No traceback, and no word about JSON, which nobody wrote."""
    with pytest.raises(SettingsError) as caught:
        load(environment_file(text))
    assert [(problem.rule, problem.got) for problem in caught.value.problems] == [("must be plain YAML", f"'{told}'")]


def test_a_range_of_ports_that_yaml_takes_for_one_number_is_told_as_a_range(environment_file):
    """22:23 has base 60 in YAML 1.1, and is 1343."""
    text = (FOLDER / "dev.yaml").read_text()
    with pytest.raises(SettingsError) as caught:
        load(environment_file(text.replace("port: 8080", "port: 22:23")))
    assert [(problem.got, problem.fix) for problem in caught.value.problems] == [
        ("'22:23'", "write port: 22, to_port: 23")
    ]
