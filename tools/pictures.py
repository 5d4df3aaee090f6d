"""Make the pictures of the README: `python -m tools.pictures`.

docs/images/review.png is the review page of `dev` in Chromium; docs/images/rehearse.svg is the end of the last
`make rehearse` on this machine, from the report that it left, by the code that printed it.
"""

import argparse
import io
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console

import review
from rehearsal.report import Report, Row
from settings import load
from tools.pins import ROOT

IMAGES = ROOT / "docs" / "images"
LARGEST = 200_000  # bytes of the screenshot
_WIDTH, _HEIGHT = 1200, 1250


def main() -> int:
    """Make both; return 1 where Chromium or the report of a rehearsal is missing."""
    argparse.ArgumentParser(
        prog="python -m tools.pictures", description="Make the pictures of the README."
    ).parse_args()
    report = ROOT / "build" / "rehearsal" / "report.json"
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if not browser or not report.exists():
        print("the pictures need Chromium and the report of a rehearsal; type: make rehearse", file=sys.stderr)
        return 1
    IMAGES.mkdir(exist_ok=True)
    screenshot(browser, IMAGES / "review.png")
    (IMAGES / "rehearse.svg").write_text(recording(report), encoding="utf-8")
    size = (IMAGES / "review.png").stat().st_size
    print(f"docs/images/review.png {size // 1000} kB, docs/images/rehearse.svg")
    return 0 if size < LARGEST else 1


def screenshot(browser: str, target: Path) -> None:
    """Write the first screen of the review page of `dev`."""
    with tempfile.TemporaryDirectory() as folder:
        review.write(folder, load("dev"), {})
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run"]
        away = [
            "--disable-background-networking",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            f"--user-data-dir={folder}/u",
        ]
        size = f"--window-size={_WIDTH},{_HEIGHT}"
        page = f"file://{folder}/review/index.html"
        command = [browser, *flags, *away, size, f"--screenshot={target}", page]
        subprocess.run(command, check=True, capture_output=True, timeout=120)


def recording(report: Path) -> str:
    """Return the end of a rehearsal as SVG, without fonts from elsewhere."""
    found = json.loads(report.read_text(encoding="utf-8"))
    made = Report()
    made.rows = [Row(**row) for row in found["rows"]]
    made.steps = [(label, seconds) for label, seconds in found["steps"]]
    console = Console(record=True, width=150, file=io.StringIO(), force_terminal=True)
    made.show(sum(seconds for _, seconds in made.steps), console)
    svg = console.export_svg(title="make rehearse", unique_id="rehearse")
    return re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL).replace("Fira Code", "monospace")


if __name__ == "__main__":
    sys.exit(main())
