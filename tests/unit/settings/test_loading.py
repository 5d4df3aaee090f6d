"""Good files load, bad ones tell every problem at once."""

import copy
import json
import pathlib

import jsonschema
import pytest
import yaml

from settings import Pipeline, SettingsError, environments, load, load_pipeline
from settings.__main__ import FILES, schema
from settings.loading import FOLDER

SHIPPED = environments()
EXAMPLES = ("dev", "existing", "prod")
EXISTING_NETWORK = yaml.safe_load((FOLDER / "existing.yaml").read_text())["existing_network"]
DEV = yaml.safe_load((FOLDER / "dev.yaml").read_text())


@pytest.fixture
def problems_of(environment_file):
    """Return a function: what is said of a changed copy of dev.yaml, as {path: problem}."""

    def load_changed(change):
        content = copy.deepcopy(DEV)
        change(content)
        with pytest.raises(SettingsError) as caught:
            load(environment_file(yaml.safe_dump(content)))
        return {problem.path: problem for problem in caught.value.problems}

    return load_changed


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_environments_load_and_are_named_after_their_file(name):
    """Each file of environments/ is good, and its name is the file's."""
    assert load(name).name == name


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_environments_match_the_schema_that_they_name(name):
    """An editor that follows the first line of the file finds no fault; a file of your own needs no such line."""
    text = (FOLDER / f"{name}.yaml").read_text()
    assert text.startswith("# yaml-language-server: $schema=schema.json") or name not in EXAMPLES
    jsonschema.Draft202012Validator(yaml.safe_load(schema())).validate(yaml.safe_load(text))


def test_the_shipped_pipeline_matches_the_schema_that_it_names():
    """And the environments that it names are shipped too."""
    text = (FOLDER / "pipeline.yaml").read_text()
    assert text.startswith("# yaml-language-server: $schema=pipeline-schema.json")
    jsonschema.Draft202012Validator(yaml.safe_load(schema(Pipeline))).validate(yaml.safe_load(text))
    assert set(load_pipeline("pipeline").environments) <= set(SHIPPED)


@pytest.mark.parametrize(("name", "model"), FILES.items())
def test_schema_files_are_those_of_the_models(name, model):
    """environments/*schema.json were written from these models."""
    assert (FOLDER / name).read_text() == schema(model)


def _behind_a_gateway(name, tables):
    gateway = {"transit_gateway_id": "tgw-0d1a2b3c4d5e6f701", "cidr": f"10.{len(name)}.0.0/16"}
    return {"name": name, **gateway, "peer_side": {"route_table_ids": [*tables]}}


def test_peers_on_one_way_share_their_tables(environment_file):
    """Both of them, or an existing cluster's, whose routes are its owner's."""
    tables = ["rtb-0d1a2b3c4d5e6f70a"]
    shared = [_behind_a_gateway(name, tables) for name in ("one", "other")]
    new = {**DEV, "peers": [*DEV["peers"], *shared]}
    connected = {
        "name": "data",
        "vpc_id": "vpc-0d1a2b3c4d5e6f701",
        "cidr": "10.99.0.0/16",
        "peer_side": shared[0]["peer_side"],
    }
    existing = {**yaml.safe_load((FOLDER / "existing.yaml").read_text()), "peers": [connected, *shared]}
    for content in (new, existing):
        assert load(environment_file(json.dumps(content))).peers


@pytest.mark.parametrize(
    "variable",
    sorted(
        {"AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS"}.union(*load("dev").pod_networking.variables().values())
        - {*DEV["pod_networking"]["env"]}
    ),
)
def test_a_variable_that_another_setting_sets_is_none_to_write(problems_of, variable):
    """Two values would stand in one file, and `env` would win."""
    found = problems_of(lambda content: content["pod_networking"]["env"].update({variable: "x"}))
    assert [(path, problem.rule) for path, problem in found.items()] == [
        (f"pod_networking.env.{variable}", "must not be set here")
    ]


def _in_an_existing_vpc(content):
    del content["network"], content["peers"]
    content["workloads"] = content["workloads"][2:]  # without a word of the peer
    content["existing_network"] = EXISTING_NETWORK


@pytest.mark.parametrize(
    ("name", "change"),
    [("dev", _in_an_existing_vpc), ("existing", lambda c: c["existing_network"].update(private_route_table_ids=[]))],
)
def test_route_tables_may_be_left_out_where_podnet_makes_no_route(environment_file, name, change):
    """A new cluster without peers, and an existing one, whose owner routes."""
    content = yaml.safe_load((FOLDER / f"{name}.yaml").read_text())
    change(content)
    assert load(environment_file(json.dumps(content))).existing_network


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (
            lambda c: (c.pop("existing_network"), c.update(network=DEV["network"])),
            {"network": "must not be there with existing_cluster"},
        ),
        (lambda c: c.update(node_groups=[SECOND_GROUP]), {"node_groups": "must not be there with existing_cluster"}),
        *(
            (
                lambda c, group=group: (
                    c["existing_cluster"].update(node_security_group_id="sg-0e1a2b3c4d5e6f704"),
                    c.update(peers=[{**DEV["peers"][0], "peer_side": {"security_group_id": group}}]),
                ),
                {"peers[0].peer_side.security_group_id": "must be a group of the peer, not one of the cluster"},
            )
            for group in ("sg-0e1a2b3c4d5e6f703", "sg-0e1a2b3c4d5e6f704")
        ),
        (
            lambda c: c["workloads"].extend({**c["workloads"][0], "name": name} for name in ("x", "x")),
            {f"workloads[{i}].name": "must be used once" for i in (1, 2)},
        ),
        (
            lambda c: c["workloads"].extend([{k: v for k, v in c["workloads"][0].items() if k != "name"}] * 2),
            {f"workloads[{i}].name": "must be given" for i in (1, 2)},
        ),
    ],
)
def test_a_file_of_an_existing_cluster_is_told_what_does_not_fit(environment_file, change, wanted):
    """Once, at its path; names that are not there are not the same name."""
    content = yaml.safe_load((FOLDER / "existing.yaml").read_text())
    change(content)
    with pytest.raises(SettingsError) as caught:
        load(environment_file(json.dumps(content)))
    assert [(problem.path, problem.rule) for problem in caught.value.problems] == [*wanted.items()]


def _subnets(number):
    zones = [f"eu-west-1{'abc'[i % 3]}" for i in range(number)]
    return {"private_subnet_ids": [f"subnet-{i:08x}" for i in range(number)], "availability_zones": zones}


SECOND_GROUP = {"name": "second", "instance_types": ["m5.large"]}  # of 1, 2 and 3 nodes
SUBNET = "subnet-0e1a2b3c4d5e6f711"
ROLE = "arn:aws:iam::111111111111:role/Admin"
EXECUTION_ROLE = "arn:aws:iam::111111111111:role/cdk-hnb659fds-cfn-exec-role-111111111111-eu-west-1"


def test_a_workload_of_given_groups_alone_is_none_that_a_rule_can_name(problems_of):
    """It may have no rules; but its groups are no group of its own."""

    def change(content):
        plain = {"name": "plain", "namespace": "shop", "pod_labels": {"app": "x"}}
        content["workloads"].append({**plain, "security_group_ids": ["sg-12345678"]})
        content["workloads"][0]["ingress"][0]["from"] = {"workload": "plain"}

    found = problems_of(change)
    assert [*found] == ["workloads[0].ingress[0].from.workload"]
    assert "choose from: orders-api, orders-worker" in str(*found.values())


@pytest.mark.parametrize(
    "rules",
    [{"ingress": [{"port": 1, "from": {"cluster": True}}]}, {"egress": []}, {"reaches": [{"peer": "data", "port": 1}]}],
)
def test_a_rule_names_whoever_has_rules(environment_file, rules):
    """Each kind of them makes a group, an empty list of what may be reached too."""
    content = copy.deepcopy(DEV)
    content["workloads"].append({"name": "named", "namespace": "shop", "pod_labels": {"app": "x"}, **rules})
    content["workloads"][0]["ingress"][0]["from"] = {"workload": "named"}
    assert load(environment_file(json.dumps(content))).workloads[-1].has_own_group


def test_a_workload_of_another_namespace_is_told_once(environment_file):
    """With its namespace, and not as one that is unknown besides."""
    content = copy.deepcopy(DEV)
    content["workloads"][0]["ingress"][0]["from"] = {"workload": "prometheus"}
    with pytest.raises(SettingsError) as caught:
        load(environment_file(json.dumps(content)))
    assert [problem.fix for problem in caught.value.problems] == ["add namespace: monitoring, or choose another"]


def test_all_problems_are_told_at_once(problems_of):
    """Form, missing and unknown keys, and references between parts come in one run."""

    def spoil(content):
        content["account"] = 111111111111
        content["netwrok"] = {}
        del content["cluster"]["coredns_version"]
        content["peers"][0]["cidr"] = "10.99.0.1/16"
        content["workloads"][0]["reaches"][0]["peer"] = "nobody"
        content["workloads"][1]["namespace"] = "Shop"

    found = problems_of(spoil)
    assert set(found) == {
        "account",
        "netwrok",
        "cluster.coredns_version",
        "peers[0].cidr",
        "workloads[0].reaches[0].peer",
        "workloads[1].namespace",
        "workloads[1].ingress[0].from.workload",
    }


def test_a_problem_says_path_rule_value_and_fix(problems_of):
    """One line says where, what must hold and what was found; the next one what to do."""
    found = problems_of(lambda content: content["cluster"].update(kubernetes_version=1.35))
    assert str(found["cluster.kubernetes_version"]) == (
        "cluster.kubernetes_version must be text, got 1.35\n    fix: put the value in quotes"
    )


@pytest.mark.parametrize(
    ("change", "path", "rule"),
    [
        (lambda c: c.update(region="Ireland"), "region", "region name"),
        (lambda c: c["pod_networking"].update(enforcing_mode="Standard"), "pod_networking.enforcing_mode", "one of"),
        (
            lambda c: c["pod_networking"]["env"].update(ENABLE_POD_ENI="true"),
            "pod_networking.env.ENABLE_POD_ENI",
            "not be",
        ),
        (lambda c: c["pod_networking"]["env"].update(WARM_ENI_TARGET=1), "pod_networking.env.WARM_ENI_TARGET", "text"),
        *(
            (
                lambda c, values=values: c["cluster"].update(coredns_configuration=values),
                "cluster.coredns_configuration",
                rule,
            )
            for values, rule in (
                ({"nodeSelector": {"a\x1b[31m": "b"}}, "have keys of letters"),
                ({"tolerations": [{"k y": "b"}]}, "have keys of letters"),
                ({"corefile": ".:53 {\n    forward . ${Token[A.1]}\n}\n"}, "have no"),
                ({"tolerations": [{"key": "{{resolve:ssm:x}}"}]}, "have no"),
                ({"corefile": "# \u202e\n"}, "have no"),
                ({"affinity": {"a": ["b", "\x1b[31m"]}}, "have no"),
            )
        ),
        (
            lambda c: c["cluster"].update(coredns_configuration={"resources": [{"limits": float("nan")}]}),
            "cluster.coredns_configuration",
            "what JSON can say",
        ),
        (
            lambda c: c["pod_networking"]["vpc_cni"].update(version="v1.023.2-eksbuild.1"),
            "pod_networking.vpc_cni.version",
            "an add-on version",
        ),
        (lambda c: c["peers"].append(copy.deepcopy(c["peers"][0])), "peers[1].name", "once"),
        (lambda c: c["workloads"][0].pop("pod_labels"), "workloads[0]", "select pods"),
        (lambda c: c["workloads"][2].pop("egress"), "workloads[2]", "security group"),
        (lambda c: c["workloads"][0]["ingress"][0].pop("port"), "workloads[0].ingress[0].port", "given with tcp"),
        (lambda c: c["workloads"][0]["ingress"][0].update(to_port=1), "workloads[0].ingress[0].to_port", "below"),
        (lambda c: c["workloads"][0]["ingress"][0].update({"from": {}}), "workloads[0].ingress[0].from", "one of"),
        (
            lambda c: c["workloads"][1]["reaches"].append({**c["workloads"][1]["reaches"][0], "protocol": "tcp"}),
            "workloads[1].reaches[1]",
            "not repeat",
        ),
        (
            lambda c: c["workloads"][0]["ingress"].append({"port": 8080, "to_port": 8080, "from": {"cluster": True}}),
            "workloads[0].ingress[1]",
            "not repeat",
        ),
        (lambda c: c["node_groups"][0].update(min_size=9), "node_groups[0]", "min_size"),
        *(
            (lambda c, size=size: c["node_groups"].append({**SECOND_GROUP, **size}), "node_groups[1]", "min_size")
            for size in ({"min_size": 3}, {"desired_size": 0}, {"desired_size": 4}, {"max_size": 1})
        ),
        *(
            (
                lambda c, protocol=protocol, key=key: c["workloads"][0].update(
                    ingress=[{"protocol": protocol, key: 8080, "from": {"cluster": True}}]
                ),
                f"workloads[0].ingress[0].{key}",
                f"not be there with {protocol}",
            )
            for protocol in ("icmp", "all")
            for key in ("port", "to_port")
        ),
        (
            lambda c: c["workloads"][0].update(ingress=[{"to_port": 8080, "from": {"cluster": True}}]),
            "workloads[0].ingress[0].port",
            "given with tcp",
        ),
        (lambda c: c["workloads"][0]["ingress"][0].pop("from"), "workloads[0].ingress[0].from", "be given"),
        (
            lambda c: c["workloads"][0]["ingress"][0].update(protocol="udp", port=None),
            "workloads[0].ingress[0].port",
            "given with udp",
        ),
        (
            lambda c: c["workloads"][0]["ingress"].append(
                {**copy.deepcopy(c["workloads"][0]["ingress"][0]), "description": "other"}
            ),
            "workloads[0].ingress[1]",
            "not repeat",
        ),
        (
            lambda c: c["workloads"][1]["egress"].append(copy.deepcopy(c["workloads"][1]["egress"][0])),
            "workloads[1].egress[1]",
            "not repeat",
        ),
        (lambda c: c["workloads"][1]["egress"][0].pop("port"), "workloads[1].egress[0].port", "given with tcp"),
        (lambda c: c["node_groups"].append(copy.deepcopy(c["node_groups"][0])), "node_groups[1].name", "used once"),
        (
            lambda c: c["workloads"][0]["ingress"][0].update({"from": {"peer": "nobody"}}),
            "workloads[0].ingress[0].from.peer",
            "a peer of this file",
        ),
        *(
            (
                lambda c, end=end: c["workloads"][0]["ingress"][0].update({"from": end}),
                f"workloads[0].ingress[0].from.{key}",
                rule,
            )
            for end, key, rule in (
                ({"workload": "prometheus"}, "workload", "same namespace, or one with its namespace"),
                ({"workload": "nobody"}, "workload", "a workload of the same namespace with a group"),
                ({"workload": "orders-worker", "namespace": "shop"}, "namespace", "another one"),
                ({"workload": "prometheus", "namespace": "nowhere"}, "namespace", "the namespace of a workload"),
                ({"workload": "nobody", "namespace": "monitoring"}, "workload", "a workload of that namespace"),
                ({"cluster": True, "namespace": "monitoring"}, "namespace", "beside a workload"),
            )
        ),
        (lambda c: c["workloads"][0]["reaches"][0].pop("peer"), "workloads[0].reaches[0]", "one of peer"),
        (
            lambda c: c["workloads"][0]["reaches"][0].update(security_group_id="sg-12345678"),
            "workloads[0].reaches[0]",
            "one of peer",
        ),
        (lambda c: c.update(node_groups=[]), "node_groups", "at least one"),
        (lambda c: c.update(existing_cluster={}), "cluster", "existing_cluster"),
        (lambda c: c.pop("network"), "network", "existing_network"),
        (lambda c: c.update(name="other"), "name", "file's name"),
        (
            lambda c: c["peers"].append({**copy.deepcopy(c["peers"][0]), "name": "again", "cidr": "10.97.0.0/16"}),
            "peers[1].vpc_id",
            "once",
        ),
        (lambda c: c["peers"][0].update(further_cidrs=["100.64.0.1/16"]), "peers[0].further_cidrs[0]", "IPv4 range"),
        (lambda c: c["peers"][0].update(further_cidrs=["100.64.0.0/29"]), "peers[0].further_cidrs[0]", "/28 or wider"),
        (lambda c: c["peers"][0].update(cidr="10.99.1.53/32"), "peers[0].cidr", "/28 or wider"),
        (lambda c: c["network"].update(cidr="10.20.0.0/29"), "network.cidr", "/28 or wider"),
        (lambda c: c["network"].update(cidr="10.20.0.0/255.255.0.0"), "network.cidr", "such as 10.0.0.0/16"),
        (lambda c: c["network"].update(cidr="10.20.0.0/0.0.255.255"), "network.cidr", "such as 10.0.0.0/16"),
        (lambda c: c["network"].update(cidr="10.20.0.0/016"), "network.cidr", "such as 10.0.0.0/16"),
        (lambda c: c["peers"][0].update(further_cidrs="100.64.0.0/16"), "peers[0].further_cidrs", "be a list"),
        (lambda c: c["peers"][0].update(further_cidrs=["10.99.0.0/16"]), "peers[0].further_cidrs[0]", "named once"),
        (
            lambda c: c["peers"][0].update(further_cidrs=["100.64.0.0/16", "100.64.0.0/16"]),
            "peers[0].further_cidrs[1]",
            "named once",
        ),
        (
            lambda c: c["peers"][0].update(further_cidrs=[f"100.64.{i}.0/24" for i in range(50)]),
            "peers[0].further_cidrs",
            "at most 49",
        ),
        (lambda c: c["network"].update(further_cidrs=["100.64.0.0/16"]), "network.further_cidrs", "no setting"),
        (
            lambda c: (c.pop("network"), c.update(existing_network={**EXISTING_NETWORK, "vpc_id": ["vpc-1"]})),
            "existing_network.vpc_id",
            "be text",
        ),
        (
            lambda c: (
                c.pop("network"),
                c.update(existing_network={**EXISTING_NETWORK, "vpc_id": c["peers"][0]["vpc_id"]}),
            ),
            "peers[0].vpc_id",
            "another VPC",
        ),
        (
            lambda c: (c.pop("network"), c.update(existing_network=copy.deepcopy(EXISTING_NETWORK))),
            "existing_network.private_route_table_ids",
            "where there are peers",
        ),
        (lambda c: c["cluster"].update(admin_role_arns=[ROLE, ROLE]), "cluster.admin_role_arns[1]", "once"),
        (
            lambda c: c["cluster"].update(admin_role_arns=[EXECUTION_ROLE]),
            "cluster.admin_role_arns[0]",
            "CloudFormation's own role",
        ),
        (lambda c: c["cluster"].update(log_types=["api", "audit", "api"]), "cluster.log_types[2]", "named once"),
        (
            lambda c: c["node_groups"][0].update(instance_types=["m5.large", "m6i.large", "m5.large"]),
            "node_groups[0].instance_types[2]",
            "named once",
        ),
        (
            lambda c: c["network"].update(interface_endpoints=["sts", "sts"]),
            "network.interface_endpoints[1]",
            "named once",
        ),
        (
            lambda c: c["peers"].append(_behind_a_gateway("more", c["peers"][0]["peer_side"]["route_table_ids"])),
            "peers[1].peer_side.route_table_ids[0]",
            "on another way",
        ),
        (
            lambda c: c["cluster"].update(endpoint="private", endpoint_cidrs=["192.175.48.0/24"]),
            "cluster.endpoint_cidrs",
            "endpoint: private",
        ),
        *(
            (lambda c, label=label: c["node_groups"][0].update(labels=label), f"node_groups[0].labels.{where}", "label")
            for label, where in (
                ({"node-role.kubernetes.io/worker": "x"}, "node-role.kubernetes.io/worker"),
                ({"k8s.io/a": "x"}, "k8s.io/a"),
                ({"eks.amazonaws.com/a": "x"}, "eks.amazonaws.com/a"),
                ({"podnet.io/node-group": "x"}, "podnet.io/node-group"),
                ({"a" * 62 + "/b": "x"}, "a" * 62 + "/b"),
            )
        ),
        *(
            (lambda c, mark=mark: c["pod_networking"].update(run_again=f"a{mark}b"), "pod_networking.run_again", "line")
            for mark in "\u2028\u202a\u202e\u2066\u2069\x1b"
        ),
        (lambda c: c["node_groups"][0].update(labels={"tier": ""}), "node_groups[0].labels.tier", "no empty"),
        (lambda c: c["network"].update(availability_zones=["eu-west-1a"]), "network.availability_zones", "at least 2"),
        (
            lambda c: c["pod_networking"]["dns_cache"]["stub_domains"].update({"a b": ["10.0.0.2"]}),
            "pod_networking.dns_cache.stub_domains.a b",
            "DNS zone",
        ),
    ],
)
def test_each_wrong_value_is_told_at_its_path(problems_of, change, path, rule):
    """A single wrong value is found at the path where it stands."""
    found = problems_of(change)
    assert path in found
    assert rule in found[path].rule


@pytest.mark.parametrize(
    ("section", "change", "path", "rule"),
    [
        ("existing_network", {"private_subnet_ids": [SUBNET, SUBNET]}, "private_subnet_ids[1]", "named once"),
        (
            "existing_network",
            {"availability_zones": [f"eu-west-1{zone}" for zone in "abc"]},
            "availability_zones",
            "one entry for each",
        ),
        (
            "existing_network",
            {"private_route_table_ids": ["rtb-12345678"]},
            "private_route_table_ids",
            "one entry for each",
        ),
        ("existing_network", {"further_cidrs": ["10.60.0.0/16"]}, "further_cidrs[0]", "named once"),
        ("existing_network", {"further_cidrs": ["100.64.0.0"]}, "further_cidrs[0]", "/28 or wider"),
        *(
            ("existing_cluster", {"certificate_authority": text}, "certificate_authority", "BEGIN CERTIFICATE")
            for text in ("QUJD", "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tC", "LS0tLS1CRUdJTiBLRVktLS0tLQo=")
        ),
    ],
)
def test_wrong_values_of_what_exists_already_are_told_at_their_path(environment_file, section, change, path, rule):
    """A subnet twice, and text that is cut off, of another kind or none of a certificate."""
    content = yaml.safe_load((FOLDER / "existing.yaml").read_text())
    content[section].update(change)
    with pytest.raises(SettingsError) as caught:
        load(environment_file(yaml.safe_dump(content)))
    assert [problem.path for problem in caught.value.problems] == [f"{section}.{path}"]
    assert rule in caught.value.problems[0].rule


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (lambda c: c["workloads"][1].update(egress=None), "workloads[1].egress"),
        (lambda c: c["workloads"][0]["ingress"][0]["from"].update(peer=None), "workloads[0].ingress[0].from.peer"),
        (lambda c: c["peers"][0].update(peer_side=None), "peers[0].peer_side"),
        (lambda c: c["pod_networking"]["drift"].update(alarm_topic_arn=None), "pod_networking.drift.alarm_topic_arn"),
        (lambda c: c.update(existing_network=None), "existing_network"),
    ],
)
def test_a_key_with_nothing_under_it_is_refused_by_loader_and_editor(problems_of, change, path):
    """As the settings page says: rules that were commented out must not become a group that sends everything."""
    found = problems_of(change)
    assert str(found.pop(path)).endswith(
        "must have a value, got nothing\n    fix: write one, or `[]` for a list without entries, or remove the key"
    )
    assert found == {}
    content = copy.deepcopy(DEV)
    change(content)
    assert not jsonschema.Draft202012Validator(yaml.safe_load(schema())).is_valid(content)


def test_what_only_looks_wrong_is_taken(environment_file):
    """A private endpoint without ranges, small groups, a range of one port, protocols that have no ports, one name in
    two namespaces, and one route table of several subnets.
    """
    content = copy.deepcopy(DEV)
    content["cluster"].update(endpoint="private", endpoint_cidrs=[])
    content["node_groups"] += copy.deepcopy([{**SECOND_GROUP, "max_size": 2}])
    content["node_groups"] += copy.deepcopy([{**SECOND_GROUP, "name": "third", "desired_size": 1}])
    content["workloads"][0]["ingress"][0]["to_port"] = content["workloads"][0]["ingress"][0]["port"]
    content["workloads"][1]["ingress"] = [{"protocol": name, "from": {"peer": "data"}} for name in ("icmp", "all")]
    content["workloads"][2]["name"] = content["workloads"][0]["name"]
    assert load(environment_file(yaml.safe_dump(content))).cluster.endpoint == "private"
    content = yaml.safe_load((FOLDER / "existing.yaml").read_text())
    content["existing_network"]["private_route_table_ids"] = ["rtb-12345678", "rtb-12345678"]
    assert len(load(environment_file(yaml.safe_dump(content))).existing_network.private_route_table_ids) == 2


def test_behind_a_transit_gateway_may_lie_a_single_host(environment_file):
    """Such as a resolver on premises: a route may have any length, only a VPC's range may not."""
    content = copy.deepcopy(DEV)
    gateway = {"transit_gateway_id": "tgw-0a1b2c3d4e5f60718", "cidr": "10.8.1.53/32", "further_cidrs": ["10.8.2.0/29"]}
    content["peers"].append({"name": "on-premises", **gateway})
    assert load(environment_file(yaml.safe_dump(content))).peers[1].cidrs == ("10.8.1.53/32", "10.8.2.0/29")


def test_an_existing_vpc_may_have_as_many_subnets_as_a_function_takes(environment_file):
    """Several in each zone; a VPC that podnet makes has one private one."""
    content = yaml.safe_load((FOLDER / "existing.yaml").read_text())
    content["existing_network"].update(_subnets(16))
    assert len(load(environment_file(yaml.safe_dump(content))).existing_network.private_subnet_ids) == 16
    content["existing_network"].update(_subnets(17))
    with pytest.raises(SettingsError, match=r"private_subnet_ids must have at most 16 entries, got 17"):
        load(environment_file(yaml.safe_dump(content)))


def test_an_existing_clusters_nodes_are_its_owners(environment_file):
    """Groups beside it would be made by nobody."""
    content = {**yaml.safe_load((FOLDER / "existing.yaml").read_text()), "node_groups": [SECOND_GROUP]}
    with pytest.raises(SettingsError, match="node_groups must not be there with existing_cluster, got node groups"):
        load(environment_file(yaml.safe_dump(content)))


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("a: &x [1]\nb: *x\n", "plain YAML"),
        ("account: '1'\naccount: '2'\n", "plain YAML"),
        ("- a\n- b\n", "by name"),
        ("", "by name"),
        (b"\xff\xfe\x00", "UTF-8"),
        ("a: [" * 30 + "]" * 30, "plain YAML"),
        ("{ a: 1", "plain YAML"),
        ("a: \x00", "plain YAML"),
        ("!!python/object/apply:os.system ['true']", "plain YAML"),
        ("1: x\n", "plain YAML"),
    ],
)
def test_files_that_are_no_plain_yaml_are_refused_in_one_sentence(environment_file, text, rule):
    """Anchors, repeated keys, other encodings, deep nesting, tags: one problem about the file, no traceback."""
    with pytest.raises(SettingsError) as caught:
        load(environment_file(text))
    assert [problem.path for problem in caught.value.problems] == ["the file"]
    assert rule in caught.value.problems[0].rule


def test_a_large_file_is_refused_before_it_is_parsed(environment_file):
    """A file past 1 MiB is not read as YAML at all."""
    with pytest.raises(SettingsError, match="at most 1 MiB"):
        load(environment_file("# " + "x" * (1024 * 1024 + 1)))


@pytest.mark.parametrize("name", ["My_Env.yaml", "sg.yaml", "sg-prod.yaml"])
def test_a_file_name_that_cannot_name_stacks_is_told(environment_file, name):
    """Stacks are called after the file, so its name must fit; EC2 takes no group whose name begins with sg-."""
    with pytest.raises(SettingsError) as caught:
        load(environment_file(pathlib.Path(FOLDER / "dev.yaml").read_text(), name=name))
    (problem,) = caught.value.problems
    assert (problem.path, problem.got, problem.fix) == ("the file", name, "rename it: stacks are called after it")


def test_a_name_and_a_region_that_only_look_unusual_are_taken(environment_file):
    """`sgx` is no `sg-`; the European Sovereign Cloud has four letters in front."""
    text = pathlib.Path(FOLDER / "dev.yaml").read_text().replace("eu-west-1", "eusc-de-east-1")
    assert load(environment_file(text, name="sgx.yaml")).region == "eusc-de-east-1"


def test_long_and_hostile_values_are_shown_short_and_without_control_characters(problems_of):
    """A megabyte or an escape sequence in a value does not reach the terminal."""
    found = problems_of(lambda content: content.update(region="\x1b[31m" + "x" * 5000))
    assert "\x1b" not in str(found["region"])
    assert len(str(found["region"])) < 400
