"""SecurityGroupPolicy against its own rules and the real CRD."""

import re

import jsonschema
import pytest
import yaml
from chart_objects import render

from charts.security_group_policy import SecurityGroupPolicy
from rehearsal.parts import module_dir

ID = "sg-0123456789abcdef0"
TOKEN = "${Token[TOKEN.42]}"


def policy(**changes):
    arguments = {"name": "web", "namespace": "shop", "pod_labels": {"app": "web"}, "security_group_ids": [ID]}
    (made,) = render(SecurityGroupPolicy, **{**arguments, **changes})
    return made


@pytest.fixture(scope="module")
def crd():
    (file,) = module_dir("vpc_resource_controller").glob("config/crd/bases/*securitygrouppolicies.yaml")
    return yaml.safe_load(file.read_text())


def closed(schema):
    """Return the schema with unknown fields refused: the API server would drop them in silence."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: closed(value) for key, value in schema.items()}
    if isinstance(made.get("properties"), dict) and made.get("type") == "object":
        made.setdefault("additionalProperties", False)
    return made


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"service_account_labels": {"team": "a"}},
        {"pod_labels": None, "service_account_labels": {"team": "a"}},
        {"pod_labels": None, "every_pod": True},
        {"security_group_ids": [TOKEN, *(f"sg-{n:017x}" for n in range(15))]},
    ],
)
def test_what_is_rendered_fits_the_crd_of_the_pinned_controller(crd, changes):
    made = policy(**changes)
    (version,) = crd["spec"]["versions"]
    names = crd["spec"]["names"]
    assert (made["apiVersion"], made["kind"]) == (f"{crd['spec']['group']}/{version['name']}", names["kind"])
    schema = closed(version["schema"]["openAPIV3Schema"])
    schema["properties"]["metadata"] = {"type": "object"}
    jsonschema.validate(made, schema)


def test_the_closed_schema_refuses_a_misspelt_field(crd):
    """Otherwise the test before proves nothing about names."""
    made = policy()
    made["spec"]["podSelectors"] = made["spec"].pop("podSelector")
    with pytest.raises(jsonschema.ValidationError, match="podSelectors"):
        jsonschema.validate(made, closed(crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]))


def test_labels_and_groups_land_where_the_controller_reads_them():
    spec = policy(service_account_labels={"team": "a"}, security_group_ids=[ID, TOKEN])["spec"]
    assert spec == {
        "podSelector": {"matchLabels": {"app": "web"}},
        "serviceAccountSelector": {"matchLabels": {"team": "a"}},
        "securityGroups": {"groupIds": [ID, TOKEN]},
    }


def test_the_name_is_the_given_one():
    assert policy()["metadata"] == {"name": "web", "namespace": "shop"}


def test_every_pod_becomes_the_empty_selector():
    assert policy(pod_labels=None, every_pod=True)["spec"]["podSelector"] == {}


@pytest.mark.parametrize("empty", [None, {}])
def test_labels_that_came_out_empty_do_not_select_the_whole_namespace(empty):
    with pytest.raises(ValueError, match="must name a label, got none: add one, or give every_pod=True"):
        policy(pod_labels=empty, service_account_labels=empty)


@pytest.mark.parametrize("labels", [{}, {"pod_labels": None, "service_account_labels": {"team": "a"}}])
def test_every_pod_beside_labels_is_refused(labels):
    with pytest.raises(ValueError, match="every_pod must not be given beside labels"):
        policy(every_pod=True, **labels)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "Web"}, "name must be a DNS name, got 'Web'"),
        ({"name": "a" * 254}, "name must be a DNS name, got 'aaa"),
        ({"namespace": "a.b"}, "namespace must be a DNS-1123 label, got 'a.b'"),
        ({"namespace": "a" * 64}, "namespace must be a DNS-1123 label, got 'aaa"),
        ({"namespace": ""}, "namespace must be a DNS-1123 label, got ''"),
        ({"namespace": 7}, "namespace must be a DNS-1123 label, got 7"),
        ({"pod_labels": {"-a": "b"}}, "pod_labels must have keys like"),
        ({"pod_labels": {"Example.com/a": "b"}}, "the part before '/' must be a DNS name"),
        ({"pod_labels": {"a": "b c"}}, "pod_labels['a'] must be a label value, got 'b c'"),
        ({"pod_labels": {"a": True}}, "pod_labels['a'] must be a label value, got True"),
        ({"service_account_labels": {"a": "x" * 64}}, "service_account_labels['a'] must be a label value"),
        ({"security_group_ids": []}, "security_group_ids must list 1 to 16 ids, got []"),
        ({"security_group_ids": "sg-01234567"}, "security_group_ids must list 1 to 16 ids"),
        ({"security_group_ids": [f"sg-{n:017x}" for n in range(17)]}, "security_group_ids must list 1 to 16 ids"),
        ({"security_group_ids": [ID, "web"]}, "security_group_ids[1] must be like sg-0123456789abcdef0, got 'web'"),
        ({"security_group_ids": [ID, ID]}, "security_group_ids[1] must not repeat"),
    ],
)
def test_what_would_be_ignored_or_refused_later_is_refused_now(changes, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        policy(**changes)


def test_the_longest_names_and_ids_of_either_length_are_taken():
    """63 characters of a namespace, 253 of a policy; groups that were made before 2018 have eight digits."""
    name = ".".join(["b" * 63] * 3 + ["b" * 61])
    made = policy(name=name, namespace="a" * 63, security_group_ids=["sg-01234567", ID])
    assert made["metadata"] == {"name": name, "namespace": "a" * 63}
    assert made["spec"]["securityGroups"]["groupIds"] == ["sg-01234567", ID]


def test_an_empty_label_value_is_a_value():
    assert policy(pod_labels={"spot": ""})["spec"]["podSelector"] == {"matchLabels": {"spot": ""}}


def test_a_long_value_is_cut_in_the_message():
    with pytest.raises(ValueError, match="got") as caught:
        policy(name="x" * 5000)
    assert len(str(caught.value)) < 200
