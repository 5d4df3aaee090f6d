"""What `python -m verify` prints of a cluster: whoever may write an event there writes no line of its own."""

import io
import json
import subprocess
import sys

import pytest
from rich.console import Console

from settings.problems import printable
from verify.cluster import Cluster
from verify.finding import Finding
from verify.output import prepare, write
from verify.telling import as_json, tell

HOSTILE = "Trunk: \x1b[2J\x1b]0;title\x07\r\nok    every node has its trunk ENI\u202e\u2028\x9b31m"


def _told(*findings, terminal=False):
    written = io.StringIO()
    console = Console(file=written, force_terminal=terminal, color_system="standard" if terminal else None)
    tell("dev", str(Cluster(HOSTILE, HOSTILE)), findings, console)
    return written.getvalue()


def test_text_of_a_cluster_moves_no_cursor_and_begins_no_line():
    """Control characters, line breaks and signs that turn the direction of reading are shown as question marks."""
    told = _told(
        Finding("nodes", HOSTILE), Finding("pods", "", [HOSTILE], HOSTILE), Finding("paths", not_tried=HOSTILE)
    )
    *lines, end = told.split("\n")
    assert (len(lines), end) == (7, "")
    assert all(line.isprintable() for line in lines)
    assert [line[:4] for line in lines[1:3]] == ["ok  ", "FAIL"]
    assert "Trunk: ?[2J?]0;title?ok    every node has its trunk ENI??" in told


def test_colours_of_its_own_stay_where_they_are():
    """Only the mark of a finding is coloured."""
    assert "\x1b[1;31mFAIL\x1b[0m  3 pods of 10.0.0.1\n" in _told(
        Finding("3 pods of 10.0.0.1", "", ["?"]), terminal=True
    )


FOUND = [
    Finding("nodes have trunk ENIs", "3 ready nodes"),
    Finding("policies are there"),
    Finding("pods have branch ENIs", "", [f"pod {number}" for number in range(12)], "restart them"),
    Finding("DNS", "", [f"name {number}" for number in range(10)], "look at the cache"),
    Finding("data on tcp 5432", not_tried="its reaches has no host"),
]
COUNTS = "2 hold, 2 do not, 1 not tried"


def test_each_finding_is_a_line_with_its_first_problems_and_its_fix():
    """Where kubectl looks stands before them, and how many hold behind them."""
    written = io.StringIO()
    tell("dev", str(Cluster("ours", "https://eks")), FOUND, Console(file=written))
    assert written.getvalue().splitlines() == [
        "dev: context ours, server https://eks",
        "ok    nodes have trunk ENIs: 3 ready nodes",
        "ok    policies are there",
        "FAIL  pods have branch ENIs",
        *(f"        pod {number}" for number in range(10)),
        "        and 2 more",
        "      fix: restart them",
        "FAIL  DNS",
        *(f"        name {number}" for number in range(10)),
        "      fix: look at the cache",
        "-     data on tcp 5432: not tried: its reaches has no host",
        f"dev: {COUNTS}",
    ]


def test_json_says_the_same_with_a_verdict():
    """What was not tried is neither right nor wrong."""
    told = json.loads(as_json("dev", Cluster("ours", "https://eks").content(), FOUND))
    findings = told.pop("findings")
    assert told == {"environment": "dev", "context": "ours", "server": "https://eks", "holds": False, "counts": COUNTS}
    assert [finding["result"] for finding in findings] == ["holds", "holds", "fails", "fails", "not tried"]
    assert findings[4]["not_tried"] == "its reaches has no host"
    assert json.loads(as_json("dev", Cluster().content(), [FOUND[0], FOUND[4]]))["holds"]


@pytest.mark.parametrize("name", ["proof.json", "new/folder/proof.json"])
def test_the_file_of_an_output_is_written_into_a_folder_that_is_there_or_not(tmp_path, name):
    """Whatever an earlier run has left in it stays until there is something to write."""
    file = tmp_path / name
    prepare(file)
    assert (file.parent.is_dir(), file.exists()) == (True, False)
    for text in ("first", "größer"):
        prepare(file)
        write(file, text)
    prepare(file)
    assert file.read_text(encoding="utf-8") == "größer\n"


def test_json_has_the_text_as_it_is():
    """Escaped, as JSON is."""
    told = as_json("dev", Cluster().content(), [Finding("nodes", HOSTILE)])
    assert json.loads(told)["findings"][0]["seen"] == HOSTILE
    assert all(line.isprintable() for line in told.split("\n"))


def test_a_terminal_without_a_character_shows_its_number():
    """The text is the cluster's, the locale the reader's."""
    written = io.BytesIO()
    stream = io.TextIOWrapper(written, encoding="ascii")
    tell("dev", str(Cluster()), [Finding("pods", "größer ☃")], Console(file=stream))
    stream.flush()
    assert rb"ok    pods: gr\xf6\xdfer \u2603" in written.getvalue()


@pytest.mark.parametrize("text", ["", "10.0.0.1", "Größe 3 µs → ✓", "名前"])
def test_what_can_be_printed_is_printed(text):
    """In any script."""
    assert printable(text) == text


def test_words_of_kubectl_move_no_cursor_either(tmp_path):
    """A program that gives credentials may print what it likes."""
    program = tmp_path / "kubectl"
    program.write_text("#!/bin/sh\nprintf 'error: \\033[2J\\033[31mgone' >&2\nexit 1\n")
    program.chmod(0o755)
    command = [sys.executable, "-m", "verify", "--environment", "dev"]
    done = subprocess.run(command, env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "got: error: ?[2J?[31mgone; " in done.stderr
    assert "\x1b" not in done.stderr
