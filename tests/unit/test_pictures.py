"""`python -m tools.pictures`: what the README shows, made on this machine alone."""

import html
import os
import re
import subprocess
import sys

from rehearsal.report import Report, Row
from tools.pictures import recording, screenshot

BROWSER = """#!/bin/sh
for word; do
  case "$word" in
    file://*) cp "${word#file://}" %(folder)s/page;;
    --screenshot=*) echo picture > "${word#*=}";;
  esac
  echo "$word"
done > %(folder)s/words
"""


def test_the_end_of_a_rehearsal_is_drawn_the_same_each_time_with_nothing_from_elsewhere(tmp_path):
    """The steps, their sum and the rows of the report; a font of another place would be asked for by every reader."""
    report, file = Report(), tmp_path / "report.json"
    report.rows = [Row("proven", "pods reach <it>", "größer", 1.0), Row("only recorded", "NAT", "nobody did it")]
    report.steps = [("deploy", 2.5), ("destroy", 1.0)]
    report.write(file)
    drawn = recording(file)
    assert recording(file) == drawn
    assert drawn.startswith("<svg ")
    assert not re.search(r"@font-face|Fira|url\(\"?http|href", drawn)
    texts = [
        html.unescape(text).replace("\xa0", " ").split() for text in re.findall(r"<text [^>]*>(.*?)</text>", drawn)
    ]
    words = " ".join(word for text in texts for word in text)
    assert "make rehearse" in words
    assert "deploy 2.5 destroy 1.0 in all 3.5" in words
    assert "proven pods reach <it> größer" in words
    assert "only recorded NAT nobody did it" in words


def test_the_review_page_of_dev_is_photographed_without_asking_anybody(tmp_path):
    """No name is resolved, nothing of the user's browser is read or kept."""
    browser, target = tmp_path / "chromium", tmp_path / "review.png"
    browser.write_text(BROWSER % {"folder": tmp_path})
    browser.chmod(0o755)
    screenshot(str(browser), target)
    assert target.read_text() == "picture\n"
    assert "<title>dev" in (tmp_path / "page").read_text()
    words = (tmp_path / "words").read_text().splitlines()
    assert {"--headless", "--host-resolver-rules=MAP * ~NOTFOUND", "--window-size=1200,1250"} <= {*words}
    (kept,) = [word.partition("=")[2] for word in words if word.startswith("--user-data-dir=")]
    assert not os.path.exists(os.path.dirname(kept))  # noqa: PTH110, PTH120


def test_without_chromium_nothing_is_made_and_what_is_needed_told(tmp_path):
    command = [sys.executable, "-m", "tools.pictures"]
    env = {**os.environ, "PATH": str(tmp_path)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    told = "the pictures need Chromium and the report of a rehearsal; type: make rehearse\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", told)
