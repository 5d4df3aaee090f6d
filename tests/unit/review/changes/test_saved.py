"""Saved reviews: found, read, refused, and shown on the page, in the text and in review.json."""

import json
import pathlib
import re
import subprocess
import sys

import pytest
import yaml

import review
from review.changes import SavedError, compare, lines, read
from review.changes import saved as module
from review.content import content
from review.page import render
from review.since import since_saved
from review.text import text
from settings import Settings, load
from settings.files import FOLDER


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The folder of saved reviews, for this test."""
    monkeypatch.setattr(module, "FOLDER", tmp_path)
    return tmp_path


@pytest.fixture
def strict(changed):
    """The content of dev as it was in strict mode, without the cache."""

    def change(c):
        c["pod_networking"].update(enforcing_mode="strict")
        c["pod_networking"]["dns_cache"]["enabled"] = False

    return {**content(changed("dev", change), []), "environment": "dev"}


def test_what_synth_writes_can_be_saved_and_compared_with(tmp_path, folder, changed):
    """The review.json of a deploy is the saved review of the next one."""
    review.write(str(tmp_path / "one"), load("dev"), {})
    written = tmp_path / "one" / "review" / "review.json"
    assert json.loads(written.read_text())["changes"] is None
    written.rename(folder / "dev.review.json")
    found = since_saved({**content(changed("dev", lambda c: c["peers"][0].update(cidr="10.98.0.0/16")), []),
                         "environment": "dev"})  # fmt: skip
    assert [change["path"] for change in found["changes"]] == ["peers[data].cidr"]
    assert found["against"] == "dev.review.json"


def test_page_text_and_json_show_the_changes(tmp_path, folder, strict):
    """One saved file: all three tell the same changes."""
    (folder / "dev.review.json").write_text(json.dumps(strict))
    review.write(str(tmp_path / "out"), load("dev"), {})
    found = json.loads((tmp_path / "out" / "review" / "review.json").read_text())
    page = (tmp_path / "out" / "review" / "index.html").read_text()
    sentence = "a pod with groups of its own keeps strict until it is restarted"
    assert [change["path"] for change in found["changes"]["changes"]] == [
        "pod_networking.enforcing_mode", "pod_networking.dns_cache.enabled"
    ]  # fmt: skip
    assert sentence in page
    assert "<del>strict</del>" in page
    told = text(found)
    assert sentence in told
    assert "Changes since dev.review.json: 2" in told
    assert len(told.splitlines()) < 100


def test_flows_that_are_needed_come_first_with_both_sides(strict):
    """DNS of pods with their own groups: by the branch ENI before, on the node after; new flows have no before."""
    flows = compare(strict, content(load("dev"), []), "saved")["flows"]
    assert flows[0]["title"] == "SGP pod -> cluster DNS, the ClusterIP"
    assert flows[0]["before"].startswith("works, out by the branch ENI")
    assert flows[0]["after"].startswith("unfiltered, stays on the node")
    needed = [flow["needed"] for flow in flows]
    assert needed == sorted(needed, reverse=True)
    assert next(flow for flow in flows if flow["key"] == "cache-to-coredns")["before"] == "none"


@pytest.mark.parametrize("name", ["dev", "prod", "existing"])
def test_settings_come_back_as_they_were(tmp_path, name):
    """Nothing is lost between a file and its saved review."""
    file = tmp_path / "saved.json"
    file.write_text(json.dumps(content(load(name), [])))
    assert dict(read(file)) == dict(load(name))


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("{", "must be a review as JSON"),
        ("[]", "must be a review of format 1, got list"),
        ("{}", "must be a review of format 1, got none"),
        ('{"format": 0, "environment": "dev", "settings": {}}', "must be a review of format 1, got 0"),
        ('{"format": 1}', "must be a review of format 1"),
        ('{"format": 1, "environment": "dev", "settings": {}}', "must hold settings of this version, got another acc"),
        ('{"format": 1, "environment": "dev", "settings": {"peers": 1}}', "must hold settings of this version"),
        ("[" * 100_000, "must be a review as JSON"),
    ],
)
def test_a_file_that_is_no_review_is_refused_and_stops_nothing(tmp_path, folder, written, told):
    """The reason stands in the place of the changes; the page is made all the same."""
    file = folder / "dev.review.json"
    file.write_text(written)
    with pytest.raises(SavedError, match=re.escape(told)):
        read(file)
    review.write(str(tmp_path / "out"), load("dev"), {})
    assert told in (tmp_path / "out" / "review" / "index.html").read_text()


def test_a_setting_that_this_version_does_not_take_is_told_with_its_place(tmp_path):
    """By the keys and numbers that lead to it."""
    found = content(load("dev"), [])
    found["settings"]["peers"][0]["cidr"] = "everywhere"
    file = tmp_path / "dev.review.json"
    file.write_text(json.dumps(found))
    with pytest.raises(SavedError, match=r"must hold settings of this version, got another peers\.0\.cidr: save it"):
        read(file)


@pytest.mark.parametrize(
    "written",
    [
        "9" * 5000,
        json.dumps({"format": "1" * 5000}),
        json.dumps(
            {"format": 1, "environment": "dev", "settings": {**content(load("dev"), [])["settings"], "x" * 5000: 1}}
        ),
    ],
)
def test_of_a_long_text_in_a_saved_review_the_beginning_is_told(tmp_path, written):
    """It is somebody else's, and stands in a line of the terminal."""
    file = tmp_path / "dev.review.json"
    file.write_text(written)
    with pytest.raises(SavedError) as told:
        read(file)
    assert len(str(told.value)) < 300


@pytest.mark.parametrize(
    ("without", "unfit"), [("peers", "workloads[0].reaches[0].peer"), ("cluster", "cluster"), ("network", "network")]
)
def test_settings_that_do_not_fit_each_other_stop_nothing(tmp_path, folder, without, unfit):
    """As two saved reviews that were merged by hand; what was left out was looked for, in a traceback."""
    found = content(load("dev"), [])
    del found["settings"][without]
    (folder / "dev.review.json").write_text(json.dumps(found))
    review.write(str(tmp_path / "out"), load("dev"), {})
    told = f"must hold settings that fit each other, got {unfit} that does not: save it again"
    assert told in (tmp_path / "out" / "review" / "index.html").read_text()


def test_hostile_names_and_values_are_shown_as_they_are_written(changed):
    """A saved file is somebody else's text."""
    found = content(load("dev"), [])
    before = {**found, "settings": {**found["settings"], "region": "<script>alert(1)</script>"}}
    page = render({**found, "changes": compare(before, found, "<b>")}, {})
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def _told(*arguments):
    command = [sys.executable, "-m", "review", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


def test_the_command_compares_with_a_saved_review_or_an_environment_file(tmp_path, strict):
    """`--against` takes both; what cannot be read is an error."""
    saved = tmp_path / "saved.json"
    saved.write_text(json.dumps(strict))
    code, told = _told("--changes", "--against", str(saved))
    assert (code, "pod_networking.enforcing_mode: strict -> standard" in told) == (0, True)
    code, told = _told("--changes", "--against", "prod")
    assert (code, "account: 222222222222 -> 111111111111" in told) == (0, True)
    code, told = _told("--changes", "--json", "--against", "prod")
    assert (code, json.loads(told)["against"]) == (0, "prod")
    assert _told("--changes", "--json") == (0, "null\n")
    assert _told("--changes", "--against", str(tmp_path / "none.json"))[0] == 1
    assert "no saved review to compare with" in _told("--changes")[1]


def test_a_saved_review_that_is_not_there_is_told_with_its_path_and_what_is_there(tmp_path, folder, monkeypatch):
    """A name counts from the current folder; the saved one of that name lies in environments/."""
    monkeypatch.chdir(tmp_path)
    (folder / "dev.review.json").write_text("{}")
    missing = tmp_path / "a" / "dev.review.json"
    with pytest.raises(SavedError, match=re.escape(f"{missing} must be readable, got No such file or directory: wri")):
        read(missing)
    with pytest.raises(SavedError, match=r"^prod\.review\.json .*: saved ones in environments/: dev\.review\.json"):
        read(pathlib.Path("prod.review.json"))


def test_a_saved_review_that_cannot_be_read_is_not_told_as_what_to_write(folder, monkeypatch):
    """Its own name is no other file that could be meant; of many others the first ones are named."""
    monkeypatch.chdir(folder)
    file = pathlib.Path("dev.review.json")
    file.mkdir()
    with pytest.raises(
        SavedError, match=r"^dev\.review\.json .* a directory: saved ones in environments/: none; other"
    ):
        read(file)
    for number in range(100):
        (folder / f"team-{number}.review.json").write_text("{}")
    with pytest.raises(SavedError, match=r"team-0\.review\.json") as told:
        read(file)
    assert len(str(told.value)) < 400


def test_a_mistyped_environment_to_compare_with_is_told_as_elsewhere():
    """The path that was tried, and the name that was meant."""
    code, told = _told("--changes", "--against", "environments/prod")
    assert code == 1
    assert "environments/environments/prod.yaml: 1 problem" in told
    assert "write prod, which is environments/prod.yaml" in told


def test_a_flow_that_ends_tells_who_needed_it_and_who_judged(changed):
    """It has no verdict any more; one that comes has no side before."""

    def alone(content):
        content["peers"], content["pod_networking"]["dns_cache"]["stub_domains"] = [], {}
        for workload in content["workloads"]:
            workload.pop("reaches", None)

    one, other = content(load("dev"), []), content(changed("dev", alone), [])
    gone, come = ({flow["key"]: flow for flow in compare(*both, "x")["flows"]} for both in ((one, other), (other, one)))
    assert set(gone) == set(come)
    flow = gone["sgp-to-peer-data"]
    assert flow["before"].endswith(
        "seen as the pod, judged by the pod's groups (egress), then the peer's group (ingress)"
    )
    assert (flow["after"], flow["needed"], flow["verdict"]) == ("none", True, "")
    flow = come["sgp-to-peer-data"]
    assert (flow["before"], flow["needed"], flow["verdict"]) == ("none", True, "works")
    assert come["peer-to-sgp-data"]["needed"] is False


@pytest.fixture
def changes(changed):
    """A function: what changes from dev to a changed one."""
    return lambda change: compare(content(load("dev"), []), content(changed("dev", change), []), "saved")


def test_a_flow_that_goes_on_and_is_only_seen_otherwise_is_told(changes):
    """A peer's or somebody's firewall may admit one address alone."""
    flows = changes(lambda c: c["pod_networking"].update(external_snat=False))["flows"]
    told = {flow["key"]: [flow[side].split(", ")[:3] for side in ("before", "after")] for flow in flows}
    assert told["plain-to-internet"] == [
        ["works", "out by the primary ENI", f"seen as the {who}"] for who in ("pod", "node")
    ]
    (unjudged,) = [flow for flow in flows if flow["key"] == "plain-to-imds"]
    assert unjudged["after"].endswith("judged by nobody")


@pytest.mark.parametrize(
    ("change", "before", "after"),
    [
        (lambda c: c["pod_networking"]["drift"].update(repair=False), "true", "false"),
        (lambda c: c["pod_networking"]["dns_cache"].update(stub_domains={}), "10.99.1.53, 10.99.2.53", "none"),
        (lambda c: c["workloads"][0].update(pod_labels={"app": "a", "b": "C"}), "app: orders-api", "app: a, b: C"),
        (lambda c: c["workloads"][0].update(security_group_ids=["sg-12345678"]), "none", "sg-12345678"),
        (lambda c: c["workloads"][2].update(egress=[]),
         "protocol: tcp, port: 9100, to: cluster: true", "none"),
        (lambda c: c["workloads"].append({"name": "a", "namespace": "shop", "pod_labels": {"b": "c"}, "egress": []}),
         "none", "name: a, namespace: shop, pod_labels: b: c"),
        (lambda c: c.update(acknowledge={"drift-is-watched": "x" * 150}), "none",
         f"drift-is-watched: {'x' * 141}…"),
    ],
)  # fmt: skip
def test_both_values_are_shown_as_a_file_has_them(changes, change, before, after):
    """Nothing for what is empty, and long text cut to 160 characters."""
    (found,) = changes(change)["changes"]
    assert (found["before"], found["after"]) == (before, after)


@pytest.mark.parametrize("step", [1, -1])
def test_rules_that_are_left_out_are_told_from_none(changed, step):
    """Without `egress` a group of its own lets everything out, with `[]` nothing; the path would change unseen."""

    def without(content):
        del content["workloads"][1]["egress"]

    both = [without, lambda c: c["workloads"][1].update(egress=[])][::step]
    one, other = (content(changed("dev", change), []) for change in both)
    (found,) = compare(one, other, "saved")["changes"]
    assert (found["before"], found["after"]) == ("left out", "[]")[::step]


@pytest.mark.parametrize("step", [1, -1])
def test_a_configuration_that_is_left_out_is_told_from_eks_own(changed, step):
    """Left out it stays as it is, with `{}` it goes back."""
    both = [lambda c: None, lambda c: c["cluster"].update(coredns_configuration={})][::step]
    one, other = (content(changed("dev", change), []) for change in both)
    (found,) = compare(one, other, "saved")["changes"]
    assert (found["before"], found["after"]) == ("left out", "{}")[::step]


def test_a_change_at_the_end_of_a_long_text_is_shown(changed):
    """In one line, from where the two begin to differ."""
    corefile = "{}.:53 {{\n    ready\n    forward . 10.0.0.{}\n}}\n"
    one, other = (
        content(changed("dev", lambda c, last=last: c["cluster"].update(coredns_configuration={"corefile": last})), [])
        for last in (corefile.format("# long\n" * 40, end) for end in (2, 3))
    )
    (found,) = compare(one, other, "saved")["changes"]
    assert found["before"].endswith(" ready forward . 10.0.0.2 } ")
    assert found["after"].endswith(" ready forward . 10.0.0.3 } ")
    assert found["after"].startswith("…")
    assert len(found["after"]) < 60


@pytest.mark.parametrize("step", [1, -1])
def test_rules_that_are_left_out_are_told_from_rules(changed, step):
    """`none` in place of rules would read as if nothing were let out any more."""
    both = [lambda c: c["workloads"][1].pop("egress"), lambda c: None][::step]
    one, other = (content(changed("dev", change), []) for change in both)
    (found,) = compare(one, other, "saved")["changes"]
    rules = "protocol: tcp, port: 443, to: cidr: 0.0.0.0/0"
    assert (found["before"], found["after"]) == ("left out", rules)[::step]


def test_the_gravest_change_is_told_first_and_what_pods_do_not_notice_last(changes):
    """The kinds too, in which nothing stands only where there is nothing else."""

    def change(content):
        content["pod_networking"].update(run_again="once", enforcing_mode="strict")
        content["cluster"].update(service_cidr="10.100.0.0/16")

    found = changes(change)
    assert [one["path"] for one in found["changes"]] == [
        "cluster.service_cidr",
        "pod_networking.enforcing_mode",
        "pod_networking.run_again",
    ]
    assert [one["kind"] for one in found["kinds"]] == ["refused", "pods", "rollout"]
    alone = changes(lambda content: content["pod_networking"].update(run_again="once"))
    assert [one["kind"] for one in alone["kinds"]] == ["nothing"]


def test_lines_tell_what_pods_notice_and_how_many_flows_change(strict):
    """And a saved review that cannot be read, or changes nothing."""
    found = compare(strict, content(load("dev"), []), "saved")
    head, to_pods, *rest = lines(found)
    assert head == "Changes since saved: 2"
    assert to_pods.startswith("  to running pods: pods lose DNS; pods have to be restarted; ")
    needed = sum(flow["needed"] for flow in found["flows"])
    assert f"Flows that change: {needed} that are needed, {len(found['flows']) - needed} others" in rest
    assert 0 < needed < len(found["flows"])
    first = found["flows"][0]
    at = rest.index(f"  {first['title']}")
    assert rest[at + 1 : at + 3] == [f"    before: {first['before']}", f"    after:  {first['after']}"]
    alone = {**found, "flows": found["flows"][:needed]}
    assert f"Flows that change: {needed} that are needed" in lines(alone)
    nothing = {"against": "saved", "problem": "", "kinds": [], "changes": [], "flows": []}
    assert list(lines(nothing)) == ["Changes since saved: none"]
    assert list(lines({**nothing, "problem": "old"})) == ["Changes since saved: none", "  cannot be told: old"]


def test_what_changes_in_several_workloads_in_one_way_is_told_once_with_each_place(changes):
    """Another setting, and the same one with another effect, have lines of their own."""

    def change(content):
        api, worker, prometheus = content["workloads"]
        api.update(security_group_ids=["sg-12345678"], pod_labels={"app": "new"})
        prometheus.update(pod_labels={"app": "newer"})
        api["ingress"][0].update(port=8081)
        worker["ingress"].append({"port": 22, "from": {"cidr": "10.9.0.0/16"}})
        worker["egress"][0].update(description="to the internet")
        prometheus["egress"].append({"port": 9101, "to": {"cluster": True}})

    found = changes(change)
    kept = found["changes"][0]["effects"][0]
    told = [line for line in lines(found) if line.startswith("  ")][1:]
    assert told[:5] == [
        "  workloads[shop/orders-api].pod_labels: app: orders-api -> app: new",
        f"    {kept['kind']}: {kept['sentence']}",
        "    also: workloads[monitoring/prometheus].pod_labels: app: prometheus -> app: newer",
        "  workloads[shop/orders-api].security_group_ids: none -> sg-12345678",
        f"    {kept['kind']}: {kept['sentence']}",
    ]
    heads = [line.partition(": ")[0].strip() for line in told if line[2] != " "]
    assert heads[2:] == [
        "workloads[shop/orders-api].ingress",
        "workloads[shop/orders-worker].egress",
        "workloads[monitoring/prometheus].egress",
    ]


def test_of_a_long_list_what_only_one_side_has_is_shown(changed):
    """Both sides were cut before the rule that differs; a change of places alone is shown as it was."""
    rules = [{"port": 443, "to": {"cidr": f"10.{i}.0.0/16"}, "description": f"to number {i}"} for i in range(20)]

    def told(before, after):
        one, other = (
            content(changed("dev", lambda c, some=some: c["workloads"][0].update(egress=some)), [])
            for some in (before, after)
        )
        (change,) = compare(one, other, "the last deploy")["changes"]
        return change["before"], change["after"]

    assert told(rules[:19], rules[1:]) == (
        "protocol: tcp, port: 443, to: cidr: 10.0.0.0/16, description: to number 0",
        "protocol: tcp, port: 443, to: cidr: 10.19.0.0/16, description: to number 19, and 18 as before",
    )
    assert told(rules, rules[:5])[1] == "none, and 5 as before"
    assert told(rules, rules[:1])[1] == "none, and 1 as before"
    assert told(rules[:19], rules)[1].endswith("description: to number 19, and 19 as before")
    assert "as before" not in told(rules[:10], rules[10:])[1]
    assert told(rules[:2], rules[1:3]) == tuple(
        ", ".join(f"protocol: tcp, port: 443, to: cidr: 10.{i}.0.0/16, description: to number {i}" for i in some)
        for some in ((0, 1), (1, 2))
    )
    begins = "protocol: tcp, port: 443, to: cidr: 10.0.0.0/16"
    for one, other in (told(None, rules), told(rules, None)[::-1]):
        assert (one, other.startswith(begins), len(other)) == ("left out", True, 160)
    assert told(rules, rules[::-1])[1].startswith("protocol: tcp, port: 443, to: cidr: 10.19.0.0/16")


def test_the_review_of_the_largest_file_can_be_compared_with(tmp_path):
    """An environment file of nearly 1 MiB, written as short as can be, becomes more than 5 MB."""
    rules = [{"port": 443, "to": {"cidr": f"10.{i}.0.0/16"}} for i in range(60)]
    one = {"namespace": "shop", "pod_labels": {"app": "a"}, "egress": rules}
    dev = yaml.safe_load((FOLDER / "dev.yaml").read_text())
    many = {**dev, "name": "dev", "workloads": [{**one, "name": f"w{i}"} for i in range(300)]}
    settings = Settings.model_validate_json(json.dumps(many))
    file = tmp_path / "review.json"
    file.write_text(json.dumps(content(settings, []), indent=1))
    assert file.stat().st_size > 5_000_000
    assert read(file).workloads == settings.workloads
