"""Text that means something elsewhere, in every place that takes text: it stays text."""

import html.parser
import itertools
import json

import budget
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from charts.node_local_dns import NodeLocalDns, Options
from podnet.addon import configuration
from review import check
from review.content import content
from review.page import render
from settings import SettingsError, load
from settings.loading import FOLDER

DEV = (FOLDER / "dev.yaml").read_text()
IMAGE = "registry.k8s.io/dns/k8s-dns-node-cache:1.26.8"
PARTS = (
    *(
        "<script>alert(1)</script>",
        "</script>",
        "<!--",
        "]]>",
        '" onload="x',
        "' or '1",
        "&lt;",
        "{{7*7}}",
        "{% raw %}",
    ),
    *("$(id)", "`id`", "; rm -rf /", "| cat", "&& true", "\n", "\r\n", "\t", "\x00", "\x1b[31m", "\u2028", "\u202e"),
    *("${AWS::AccountId}", "${Token[TOKEN.1]}", "{{resolve:ssm:x}}", "!Ref X", "}\n.:53 {\n", "forward . 6.6.6.6"),
    *(
        "{$HOME}",
        "import /etc/passwd",
        "\\",
        '"',
        "'",
        "%s",
        "{0}",
        "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    ),
)
TEXTS = st.lists(st.sampled_from(PARTS) | st.text(max_size=6), min_size=1, max_size=4).map("".join)
ENV = ("pod_networking", "env", "WARM_IP_TARGET")
ENDS = ({"prefix_list_id": "pl-12345678"}, {"workload": "orders-api", "namespace": "shop"})
DATABASE = {"security_group_id": "sg-12345678", "port": 5432, "host": "db.example"}
WITH_ENDS = ("workloads", 2)  # of dev.yaml: prometheus, of another namespace than orders-api
PLACES = (
    ("workloads", 0, "ingress", 0, "description"),
    ("workloads", 0, "name"),
    ("workloads", 0, "namespace"),
    ("workloads", 0, "pod_labels", "app"),
    (*WITH_ENDS, "egress", 0, "to", "prefix_list_id"),
    (*WITH_ENDS, "egress", 1, "to", "workload"),
    (*WITH_ENDS, "egress", 1, "to", "namespace"),
    (*WITH_ENDS, "reaches", 0, "security_group_id"),
    (*WITH_ENDS, "reaches", 0, "host"),
    ENV,
    ("pod_networking", "run_again"),
    ("pod_networking", "dns_cache", "image"),
    ("pod_networking", "dns_cache", "cluster_domain"),
    ("acknowledge", "drift-is-heard-of"),
    ("peers", 0, "name"),
    ("node_groups", 0, "name"),
    ("node_groups", 0, "labels", "tier"),
    ("region",),
    ("cluster", "kubernetes_version"),
)
SLOW = settings(
    max_examples=budget.TEXTS * 3,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


class Page(html.parser.HTMLParser):
    """Counts elements, and attributes that run code."""

    def __init__(self, text):
        super().__init__()
        self.scripts, self.handlers = 0, []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.scripts += tag == "script"
        self.handlers += [name for name, _ in attrs if name.startswith("on")]


def _put(place, text):
    target = found = yaml.safe_load(DEV)
    found["workloads"][2].update(egress=[{"port": 443, "to": {**end}} for end in ENDS], reaches=[{**DATABASE}])
    for key, following in itertools.pairwise(place):
        if isinstance(target, dict) and key not in target:
            target[key] = {} if isinstance(following, str) else []
        target = target[key]
    target[place[-1]] = text
    return json.dumps(found)


def _found(settings, place):
    for key in place:
        name = "destination" if key == "to" else key
        settings = settings[key] if isinstance(settings, dict | tuple) else getattr(settings, name)
    return settings


def test_text_alone_is_what_is_refused(environment_file):
    """The file that the texts stand in is good, and has each end of a rule where PLACES says."""
    found = load(environment_file(_put((*WITH_ENDS, "reaches", 0, "host"), "db.example")))
    ends = [_found(found, place) for place in PLACES if place[:2] == WITH_ENDS]
    assert ends == ["pl-12345678", "orders-api", "shop", "sg-12345678", "db.example"]


@SLOW
@given(place=st.sampled_from(PLACES), text=TEXTS)
def test_text_is_refused_or_stays_text(environment_file, place, text):
    """What loads runs nothing on the page, adds nothing to JSON, and is what stands in the file."""
    try:
        found = load(environment_file(_put(place, text)))
    except SettingsError as error:
        assert all(line.isprintable() for line in str(error).splitlines())
        return
    assert not {"\n", "\r", "\x00", "\x1b", "\u2028", "\u202e"} & set(text)
    assert "${Token[" not in text
    assert "{{resolve:" not in text
    assert "env" not in place or "$(" not in text, "kubelet would put another value in its place"
    assert _found(found, place) == text
    page = Page(render(content(found, check(found)), {}))
    assert (page.scripts, page.handlers) == (1, [])
    assert set(json.loads(configuration(found.pod_networking.variables()))) == {"env", "init"}


@pytest.mark.parametrize("value", ["$(HOST_IP)", "a$(", "4 $(id) 5", "$$(HOST_IP)"])
def test_a_variable_refers_to_no_other(environment_file, value):
    """Kubelet replaces `$(NAME)` in the value of a container's variable (Kubernetes API reference, EnvVar)."""
    with pytest.raises(SettingsError, match=r"must be one line of text without \$\(…\)"):
        load(environment_file(_put(ENV, value)))


@SLOW
@given(zone=TEXTS, resolver=TEXTS | st.just("10.99.0.2"))
def test_no_zone_or_resolver_adds_a_line_to_the_corefile(zone, resolver):
    """It is refused with its path, or stands as one word in the one place that is meant for it."""
    import cdk8s  # noqa: PLC0415 (jsii takes seconds to start)

    try:
        options = Options(stub_domains={zone: [resolver]})
        objects = NodeLocalDns(cdk8s.App(), "C", cluster_dns_ip="172.20.0.10", image=IMAGE, options=options).to_json()
    except ValueError as error:
        assert "stub_domains" in str(error)
        return
    (text,) = [found["data"]["Corefile"] for found in objects if found["kind"] == "ConfigMap"]
    assert text.count(":53 {") == 5
    assert [line.split() for line in text.splitlines() if resolver in line] == [["forward", ".", resolver, "{"]]
