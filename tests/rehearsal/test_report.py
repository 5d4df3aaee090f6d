"""The table at the end."""

import json

from rehearsal.checks.expect import equal
from rehearsal.report import Report


def test_a_failing_check_is_told_and_the_others_still_run(tmp_path, capsys):
    """One failure hides no other result, and its reason stands in the table and in the file."""
    report = Report()
    report.check("first", lambda: "3 routes")
    report.check("second", lambda: equal("state of pcx-1", "failed", "active"))
    report.check("third", lambda: "4 policies")
    report.recorded("packets", "none is sent")
    report.write(tmp_path / "report.json")
    report.show(12.34)
    rows = {row["what"]: row for row in json.loads((tmp_path / "report.json").read_text())["rows"]}
    assert [row["result"] for row in rows.values()] == ["proven", "FAILED", "proven", "only recorded"]
    assert rows["second"]["detail"] == "state of pcx-1 must be 'active', got 'failed'"
    assert [row.what for row in report.failures] == ["second"]
    shown = capsys.readouterr().out
    assert "12.3" in shown
    assert "3 routes" in shown
    assert "FAILED" in shown
