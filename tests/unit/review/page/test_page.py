"""The page, its JSON and the text: complete, escaped, self-contained, small and quick."""

import base64
import hashlib
import html.parser
import json
import re
import shlex
import subprocess
import sys
import time

import pytest
import yaml

import review
from review import check
from review.changes import compare
from review.content import content
from review.content.capacity import capacity
from review.page import render
from review.page.picture import boxes
from review.since import since
from review.text import text
from settings import load

HOSTILE = "<script>alert(1)</script>\"'&{{7*7}}"
NAMES = ("dev", "prod", "existing")


class Tags(html.parser.HTMLParser):
    """Collects tags with their attributes, and refuses a page whose tags do not match."""

    EMPTY = frozenset({"meta", "br", "input", "rect", "line", "path", "circle"})

    def __init__(self, page):
        super().__init__()
        self.found, self.open = [], []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def _page(name, manifests=None):
    settings = load(name)
    return render(content(settings, check(settings)), manifests or {})


@pytest.mark.parametrize("name", NAMES)
def test_the_page_asks_for_nothing_outside(name):
    """No tag loads anything, links stay on the page, and its policy forbids the rest."""
    page = _page(name)
    for tag, attributes in Tags(page).found:
        assert not {"src", "srcset", "action", "data", "poster"} & set(attributes), tag
        assert attributes.get("href", "#").startswith("#"), tag
        assert tag not in ("link", "iframe", "object", "img", "base", "form"), tag
    assert "default-src 'none'" in page
    assert not re.search(r"@import|url\(|fetch\(|XMLHttpRequest|WebSocket", page)


def test_the_policy_names_the_script_and_the_style_of_the_page():
    """By their hash, so that nothing else that looks like one runs."""
    page = _page("dev")
    policy = re.search('Content-Security-Policy" content="([^"]+)"', page)[1]
    assert "unsafe" not in policy
    for tag, kind in (("script", "script-src"), ("style", "style-src")):
        (text,) = re.findall(f"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        hashed = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind} 'sha256-{hashed}';" in policy


@pytest.mark.parametrize("name", NAMES)
def test_the_page_has_a_row_and_a_line_for_every_flow(name):
    """Table and picture name the same flows."""
    settings = load(name)
    keys = [flow["key"] for flow in content(settings, check(settings))["flows"]]
    tags = Tags(_page(name)).found
    rows = [attributes["data-flow"] for tag, attributes in tags if tag == "tr" and "data-flow" in attributes]
    lines = [attributes["data-flow"] for tag, attributes in tags if tag == "g" and "data-flow" in attributes]
    assert sorted(rows) == sorted(lines) == sorted(keys)


@pytest.mark.parametrize(("count", "told"), [(10, "shop/w-9</span>"), (300, "shop/w-106 and 290 more</span>")])
def test_a_flow_that_many_workloads_need_names_ten_of_them(changed, count, told):
    """And how many more; review.json has them all."""

    def change(c):
        one = {**c["workloads"][0], "namespace": "shop", "reaches": [{"peer": "data", "port": 5432}]}
        c["workloads"] = [{**one, "name": f"w-{n}", "pod_labels": {"app": f"w-{n}"}} for n in range(count)]

    settings = changed("dev", change)
    assert told in render(content(settings, check(settings)), {})


@pytest.mark.parametrize("strict", [False, True])
def test_every_line_of_the_picture_stays_in_it(changed, strict):
    """All corners lie in the picture, in both enforcing modes."""
    mode = {"enforcing_mode": "strict" if strict else "standard", "disable_tcp_early_demux": False}
    settings = changed("dev", lambda c: c["pod_networking"].update(mode))
    found = content(settings, check(settings))
    paths = re.findall(r'<path d="M([0-9 L.-]+)"', render(found, {}))
    assert len(paths) == len(found["flows"])
    for path in paths:
        corners = [tuple(map(int, corner.split())) for corner in path.split(" L")]
        assert len(corners) > 1
        assert all(0 <= x <= 1000 and 0 <= y <= 500 for x, y in corners), path


def test_hostile_values_are_shown_as_they_are_written(changed):
    """HTML and template code in reasons, descriptions and manifests stay text."""
    reason = f"a reason {HOSTILE}"

    def spoil(c):
        c["pod_networking"].update(env={"CLUSTER_ENDPOINT": HOSTILE}, external_snat=False)
        c["acknowledge"] = {"peer-sees-pod-address": reason}

    settings = changed("dev", spoil)
    manifests = {HOSTILE: [{"kind": HOSTILE, "metadata": {"name": HOSTILE}}]}
    page = render(content(settings, check(settings)), manifests)
    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;&#34;&#39;&amp;{{7*7}}") >= 3
    assert [tag for tag, _ in Tags(page).found].count("script") == 1


def test_what_is_written_is_page_json_and_manifests(tmp_path):
    """One call writes all three, and JSON has the findings, flows and names of objects."""
    settings = load("prod")
    objects = {"prod-A": [{"kind": "ConfigMap", "metadata": {"name": "a"}}]}
    review.write(str(tmp_path), settings, objects)
    folder = tmp_path / "review"
    found = json.loads((folder / "review.json").read_text())
    assert found["manifests"] == {"prod-A": ["ConfigMap a"]}
    assert found["findings"][0]["rule"] == "peer-owner-does-the-rest"
    assert {flow["key"] for flow in found["flows"]} > {"sgp-to-peer-data", "peer-to-sgp-partner"}
    assert list(yaml.safe_load_all((folder / "manifests" / "prod-A.yaml").read_text())) == objects["prod-A"]
    assert "prod-A" in (folder / "index.html").read_text()


def test_a_later_write_replaces_what_was_there(tmp_path):
    """Manifests of an earlier environment do not stay."""
    for name in ("one", "two"):
        review.write(str(tmp_path), load("dev"), {name: [{"kind": "X"}]})
    assert [file.name for file in (tmp_path / "review" / "manifests").iterdir()] == ["two.yaml"]


def test_a_place_that_takes_no_files_is_told_in_one_sentence(tmp_path):
    """A file where the folder goes, as after a copy by hand; nobody reads a traceback."""
    (tmp_path / "review").write_text("a file")
    with pytest.raises(
        SystemExit, match=re.escape(f"must be a place to write to, got Not a directory: remove {tmp_path}")
    ):
        review.write(str(tmp_path), load("dev"), {"one": [{"kind": "X"}]})


def test_writing_takes_few_times_what_its_manifests_take_and_400_kilobytes(tmp_path):
    """With 200 policies and long manifests, in a process that has rendered nothing before: three times their YAML."""
    long = [{"kind": "ConfigMap", "metadata": {"name": "long"}, "data": {"text": "\"'<&>" * 4000}}]
    short = [{"kind": "SecurityGroupPolicy", "spec": {"securityGroups": {"groupIds": ["sg-12345678"] * 5}}}]
    file = tmp_path / "manifests.json"
    file.write_text(json.dumps({"long": long, **{f"policy-{i}": short for i in range(200)}}))
    program = (
        "import json, sys, time, review, yaml; from settings import load; settings = load('prod'); "
        "manifests = json.load(open(sys.argv[1])); start = time.process_time(); "
        "[yaml.safe_dump_all(objects) for objects in manifests.values()]; dumped = time.process_time(); "
        "review.write(sys.argv[2], settings, manifests); print((time.process_time() - dumped) / (dumped - start))"
    )
    command = [sys.executable, "-c", program, str(file), str(tmp_path)]
    best = min(float(subprocess.run(command, capture_output=True, check=True).stdout) for _ in range(3))
    assert best < 12
    page = (tmp_path / "review" / "index.html").read_bytes()
    assert len(page) < 400_000
    assert b"policy-199" in page


def test_a_check_loads_no_template_engine():
    """Importing the review is cheap: jinja2 comes with the first page."""
    program = "import sys, review; from settings import load; review.check(load('dev')); print('jinja2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, check=True).stdout == b"False\n"


def test_the_text_fits_a_comment_and_names_what_fails(changed):
    """Findings with their fix, needed flows and capacity, in less than a hundred lines."""
    settings = changed("dev", lambda c: c["pod_networking"].update(enforcing_mode="strict"))
    told = text(content(settings, check(settings)))
    assert len(told.splitlines()) < 100
    assert "error node-cache-needs-standard: pod_networking.enforcing_mode must be standard" in told
    assert re.search(r"fails +SGP pod -> cluster DNS", told)
    assert "Flows that fail, and that nothing here is known to need:" in told
    assert "general, m5.large: 9 a node (beside 18 plain ones, max pods 29); 18 / 27 / 54 in the group" in told


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--environment", "prod"], 0, "prod: account 222222222222"),
        (["--environment", "nowhere"], 1, "nowhere.yaml: 1 problem"),
        (["--json"], 0, '"environment": "dev"'),
    ],
)
def test_the_command_tells_the_review_and_returns_whether_it_stops(arguments, code, told):
    """`python -m review` prints text or JSON; a file that cannot be used is an error."""
    done = subprocess.run([sys.executable, "-m", "review", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == code
    assert told in done.stdout + done.stderr


def test_a_finding_in_300_places_is_one_article_and_few_lines(changed):
    """The page has every place, by the workload's name; the text has ten."""

    def many(content):
        one = {**content["workloads"][0], "security_group_ids": [f"sg-{i:017x}" for i in range(5)]}
        content["workloads"] = [{**one, "name": f"w{i}"} for i in range(120)]

    settings = changed("dev", many)
    found = content(settings, check(settings))
    page = render(found, {})
    assert page.count("<code>groups-fit-the-quota</code>") == 1
    assert "<summary>and in 119 more places</summary>" in page
    assert "<li><code>workloads[119].security_group_ids</code> of shop/w119</li>" in page
    told = text(found).splitlines()
    assert sum("security_group_ids of shop/w" in line for line in told) == 20  # of two rules
    assert len(told) < 110


def test_changes_of_300_workloads_are_one_article_and_few_lines(changed):
    """The same setting with the same effect; what each was and becomes is told."""

    def many(labels):
        def change(content):
            one = content["workloads"][0]
            content["workloads"] = [
                {**one, "name": f"w{i}", "pod_labels": {"app": f"w{i}", **labels}} for i in range(60)
            ]

        return change

    before = changed("dev", many({}))
    found = content(changed("dev", many({"tier": "web"})), [])
    found["changes"] = since(before, found, "the last deploy")
    assert len(found["changes"]["changes"]) == 60
    page = render(found, {})
    assert page.count('<article class="finding change">') == 1
    assert "<summary>and 59 more like it</summary>" in page
    told = [line for line in text(found).splitlines() if "workloads[shop/w" in line]
    assert told[1] == "    also: workloads[shop/w1].pod_labels: app: w1 -> app: w1, tier: web"
    assert len(told) == 10


def test_a_workload_has_a_row_with_what_it_receives_and_sends(changed):
    """Ports once, with everybody that they are open to; without egress rules everything is let out."""

    def change(content):
        one, two, three = content["workloads"]
        one["ingress"].append({"port": 8080, "from": {"cidr": "10.1.0.0/16"}})
        lists = [{"port": 443, "to": {"prefix_list_id": f"pl-0a1b2c3d4e5f6071{last}"}} for last in "89"]
        two["egress"] = [*lists, {"port": 1, "to": {"workload": "more", "namespace": "monitoring"}}]
        content["workloads"].append({**two, "name": "more", "namespace": "monitoring", "egress": [], "ingress": []})
        two["reaches"].append({"port": 5432, "security_group_id": "sg-0a1b2c3d4e5f60718", "host": "db.example"})
        three.update(egress=None, security_group_ids=["sg-0a1b2c3d4e5f60718"])

    found = content(changed("dev", change), [])
    _, monitoring, api, worker = found["workloads"]
    assert api == {
        "name": "shop/orders-api",
        "pods": ["app=orders-api"],
        "groups": ["shared", "own"],
        "receives": ["tcp 8080: the cluster, 10.1.0.0/16"],
        "sends": ["everything to everybody", "tcp 5432: peer data (db.data.example.internal)"],
    }
    assert worker["pods"] == ["team=orders of the service account"]
    assert worker["receives"] == ["tcp 9000-9010: orders-api"]
    assert worker["sends"] == [
        "tcp 443: pl-0a1b2c3d4e5f60718, pl-0a1b2c3d4e5f60719",
        "tcp 1: monitoring/more",
        "tcp 5432: peer data, sg-0a1b2c3d4e5f60718 (db.example)",
    ]
    assert monitoring["groups"] == ["shared", "sg-0a1b2c3d4e5f60718"]
    assert monitoring["receives"] == monitoring["sends"] == []
    page = render(found, {})
    assert page.count("what these groups allow</td>") == 2
    rows = [attributes for tag, attributes in Tags(page).found if tag == "tr"]
    assert {"id": "workload=shop/orders-api"} in rows


def test_a_page_of_300_workloads_has_them_all_in_a_megabyte(changed):
    """With long names and 20 rules each."""

    def many(content):
        ports = [{"port": 8000 + i, "to": {"cidr": f"10.{i}.0.0/16"}} for i in range(20)]
        content["workloads"] = [
            {**content["workloads"][0], "name": f"{'long-' * 10}{i}", "egress": ports} for i in range(300)
        ]

    settings = changed("dev", many)
    manifests = {f"dev-Policy-{i}": [{"kind": "SecurityGroupPolicy"}] for i in range(300)}
    page = render(content(settings, check(settings)), manifests)
    Tags(page)
    assert page.count('<tr id="workload=') == 300
    assert page.count("<summary>and 280 more</summary>") == 1  # manifests
    assert page.count("<summary>and 581 more</summary>") == 1  # what the stack of a namespace makes
    assert len(page.encode()) < 1_000_000


def test_capacity_counts_the_trunk_and_prefixes(changed):
    """m5.large: 29 pods, 18 addresses beside the trunk, 9 branch ENIs; prefixes make 16 of each address."""

    def row(instance_type="m5.large", version="v1.23.1-eksbuild.1", **env):
        def change(content):
            content["pod_networking"]["vpc_cni"]["version"] = version
            content["pod_networking"]["env"].update(env)
            content["node_groups"][0]["instance_types"] = [instance_type]

        return content(changed("dev", change), [])["capacity"][0]

    assert (row()["max_pods"], row()["plain_pods"], row()["branch"]) == (29, 18, 9)
    assert row(ENABLE_PREFIX_DELEGATION="true")["plain_pods"] == 18 * 16
    assert row(AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG="true")["plain_pods"] == 9  # the primary interface carries none
    assert row(AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG="false")["plain_pods"] == 18
    assert row("c6in.32xlarge")["plain_pods"] == 7 * 49  # the first of its two cards
    assert row("t3.large")["plain_pods"] == 3 * 11  # no trunk ENI
    assert row("t3.large", "v1.20.3-eksbuild.1")["plain_pods"] == 2 * 11  # but a place for one


def test_what_a_type_carries_that_the_table_lacks_is_not_known(changed):
    """It is acknowledged because the table is older than the type; it was told to carry no pod at all."""

    def change(content):
        content["node_groups"][0]["instance_types"] = ["m99.large"]
        content["acknowledge"] = {"instance-type-is-known": "newer than the table: it has nine branch ENIs"}

    settings = changed("dev", change)
    found = content(settings, check(settings))
    (row,) = found["capacity"]
    assert (row["max_pods"], row["plain_pods"], row["branch"], row["branch_in_group"]) == (None,) * 4
    assert "general, m99.large: not known, the table of trunk limits lacks this type" in text(found)
    page = render(found, {})
    assert page.count(">not known</td>") == 3
    assert page.count(">not known: the table of trunk limits lacks this type</td>") == 1
    (change,) = compare(content(load("dev"), []), found, "dev")["changes"][:1]
    assert change["path"] == "node_groups[general].instance_types"
    assert not any("a node carries" in effect["sentence"] for effect in change["effects"])


def test_every_variable_that_is_set_is_explained():
    """The table has what settings put on aws-node, with a reason and a consequence."""
    settings = load("dev")
    told = {(row["container"], row["variable"]): row for row in content(settings, [])["variables"]}
    wanted = {(c, name) for c, values in settings.pod_networking.variables().items() for name in values}
    assert set(told) == wanted
    assert all(row["why"] and row["without"] for row in told.values())


def test_checking_takes_a_tenth_of_a_second():
    """All rules over the largest shipped file; time of the processor, which other tests want too."""
    settings, taken = load("prod"), []
    for _ in range(3):
        start = time.process_time()
        check(settings)
        taken.append(time.process_time() - start)
    assert min(taken) < 0.1


@pytest.mark.parametrize(
    ("instance_type", "prefixes", "most"),
    [("m5.large", True, 110), ("m5.4xlarge", False, 110), ("m5.8xlarge", False, 234), ("m5.metal", True, 250)],
)
def test_max_pods_are_no_more_than_eks_admits(changed, instance_type, prefixes, most):
    """Its images admit 110 pods on nodes below 30 vCPUs and 250 on others, however many addresses there are."""

    def change(content):
        content["node_groups"][0]["instance_types"] = [instance_type]
        content["pod_networking"]["env"]["ENABLE_PREFIX_DELEGATION"] = str(prefixes).lower()

    assert capacity(changed("dev", change))[0]["max_pods"] == most


@pytest.mark.parametrize(
    ("name", "told", "wanted"),
    [
        ("dev", None, "NAT gateway"),
        ("existing", True, "NAT gateway"),
        ("existing", False, "public subnets"),
        ("existing", "isolated", "none"),
        ("existing", None, "not told of"),
    ],
)
def test_the_way_to_the_internet_is_told_and_drawn(changed, name, told, wanted):
    """As the file says; nobody has to know what a VPC of podnet's own has."""

    def change(content):
        if name == "existing":
            content["existing_network"]["behind_nat"] = told

    found = content(changed(name, change), [])
    assert found["facts"]["way out"] == wanted
    assert f"way out: {wanted}</" in render(found, {})


@pytest.mark.parametrize(
    ("gateways", "wanted"),
    [
        ([], "none in the file"),
        ([None], "VPC peering"),
        (["tgw-0d1a2b3c4d5e6f701"], "transit gateway"),
        ([None, "tgw-0d1a2b3c4d5e6f701"], "peering, transit gateway"),
    ],
)
def test_the_picture_tells_how_peers_are_reached(gateways, wanted):
    """A peer behind a transit gateway has no connection of its own."""
    settings = load("dev")
    ways = (
        {"transit_gateway_id": gateway, "vpc_id": None if gateway else "vpc-0d1a2b3c4d5e6f701"} for gateway in gateways
    )
    peers = tuple(settings.peers[0].model_copy(update={"name": f"p{i}", **way}) for i, way in enumerate(ways))
    drawn = boxes(content(settings.model_copy(update={"peers": peers, "workloads": ()}), []))
    assert drawn["peer"].detail == wanted


def test_all_ranges_of_the_vpc_and_of_peers_are_shown():
    """At the top of page and text, and in what the stacks make, with the routes back that they add up to."""
    settings, existing = load("dev"), load("existing")
    network = existing.existing_network.model_copy(update={"further_cidrs": ("100.70.0.0/16",)})
    peers = (settings.peers[0].model_copy(update={"further_cidrs": ("100.64.0.0/16", "100.65.0.0/16")}),)
    settings = settings.model_copy(update={"network": None, "existing_network": network, "peers": peers})
    found = content(settings, [])
    assert found["facts"]["VPC"] == "10.60.0.0/16 and 100.70.0.0/16"
    assert found["facts"]["peers"] == "data 10.99.0.0/16 and 100.64.0.0/16 and 100.65.0.0/16"
    (uses, data) = found["created"][0]["makes"]
    assert uses == "no VPC: uses VPC 10.60.0.0/16 and 100.70.0.0/16"
    assert "data (10.99.0.0/16 and 100.64.0.0/16 and 100.65.0.0/16, " in data
    assert "2 return routes" in data
    for shown in (text(found), render(found, {})):
        assert "100.70.0.0/16" in shown
        assert "100.65.0.0/16" in shown


def test_whom_alarms_tell_and_what_a_policy_gives_is_said(changed):
    """A topic by its ARN; without one nobody hears of an alarm, and without the watch there is none."""
    made = [sentence for part in content(load("prod"), [])["created"] for sentence in part["makes"]]
    assert "three alarms of the watch, which tell arn:aws:sns:eu-west-1:222222222222:platform-alarms" in made
    assert "policy payments with the shared group and its own" in made
    for minutes, told in ((15, ["three alarms of the watch, which tell nobody"]), (0, [])):
        settings = changed(
            "dev", lambda c, minutes=minutes: c["pod_networking"].update(drift={"every_minutes": minutes})
        )
        makes = [sentence for part in content(settings, [])["created"] for sentence in part["makes"]]
        assert [sentence for sentence in makes if "alarm" in sentence] == told


def test_a_reader_that_has_read_enough_is_no_error():
    """As `head` does; without a traceback."""
    command = f"{shlex.quote(sys.executable)} -m review --json | head -c 1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr, done.returncode) == ("{", "", 0)
