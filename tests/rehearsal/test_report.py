"""The table at the end."""

import io
import json

from rich.console import Console

from rehearsal.checks import administrators, aws_node, branch_enis, dns_cache, drift, network, plan
from rehearsal.checks.expect import NotAskedFor, equal
from rehearsal.checks.scene import Scene
from rehearsal.report import Report
from settings import load

_OPTIONAL = tuple(
    (what, check)
    for what, check in plan.FIRST
    if check
    in {
        network.peers_are_reachable,
        aws_node.addon_owns_env,
        dns_cache.cache_is_there,
        dns_cache.cache_is_rolled_out,
        branch_enis.pods_get_their_groups,
        drift.watch_repairs_drift,
        administrators.administrators_get_in,
    }
)


def test_a_terminal_without_a_character_shows_its_number():
    """An object may hold any, and the differences of objects are shown with dots."""
    written, report = io.BytesIO(), Report()
    stream = io.TextIOWrapper(written, encoding="ascii")
    report.check("objects", lambda: "…a ☃")
    report.show(1, Console(file=stream, width=80))
    stream.flush()
    assert rb"\u2026a \u2603" in written.getvalue()


def test_a_failing_check_is_told_and_the_others_still_run(tmp_path, capsys):
    """One failure hides no other result, and its reason stands in the table and in the file."""
    report = Report()
    report.check("first", lambda: "3 routes")
    report.check("second", lambda: equal("state of pcx-1", "failed", "active"))
    report.check("third", lambda: "4 policies")
    report.check("fourth", lambda: NotAskedFor("no peers in the file"))
    report.recorded("packets", "none is sent")
    report.write(tmp_path / "report.json")
    report.show(12.34)
    rows = {row["what"]: row for row in json.loads((tmp_path / "report.json").read_text())["rows"]}
    assert [row["result"] for row in rows.values()] == ["proven", "FAILED", "proven", "not asked for", "only recorded"]
    assert rows["fourth"]["detail"] == "no peers in the file"
    assert rows["second"]["detail"] == "state of pcx-1 must be 'active', got 'failed'"
    assert [row.what for row in report.failures] == ["second"]
    shown = capsys.readouterr().out
    assert "12.3" in shown
    assert "3 routes" in shown
    assert "FAILED" in shown
    assert "not asked for" in shown


def test_what_the_file_does_not_ask_for_is_not_proven():
    """Without peers, cache, watch or administrators there is nothing to look at, so the answer needs no cluster."""
    dev = load("dev")
    off = dev.pod_networking.model_copy(
        update={
            "addon_configuration": False,
            "dns_cache": dev.pod_networking.dns_cache.model_copy(update={"enabled": False}),
            "drift": dev.pod_networking.drift.model_copy(update={"every_minutes": 0}),
        }
    )
    nobody = dev.cluster.model_copy(update={"admin_role_arns": ()})
    bare = dev.model_copy(update={"peers": (), "workloads": (), "pod_networking": off, "cluster": nobody})
    report = Report()
    for what, check in plan.on(_OPTIONAL, Scene(bare, *[None] * 5)):
        report.check(what, check)
    assert {row.what: row.result for row in report.rows} == {what: "not asked for" for what, _ in _OPTIONAL}
