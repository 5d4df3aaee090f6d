"""The page in a real browser: it renders, is quiet, is used by keyboard, and can be read."""

import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

import review
from review.changes import saved
from review.content import content
from settings import load

# the browser's own calls home end at its resolver
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--enable-logging=stderr",
]
PROBE = pathlib.Path(__file__).with_name("probe.js")


@pytest.fixture(scope="module")
def chromium():
    """Return the browser's path; without one the tests fail with the line to type."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.fail("the page's tests need Chromium; type: sudo apt-get install chromium")
    return found


@pytest.fixture
def page(tmp_path, monkeypatch):
    """Write the review of an environment, compared with another one, and return the page's path."""
    monkeypatch.setattr(saved, "FOLDER", tmp_path)
    (tmp_path / "dev.review.json").write_text(json.dumps(content(load("prod"), [])))
    review.write(str(tmp_path), load("dev"), {"dev-A": [{"kind": "ConfigMap", "metadata": {"name": "a"}}]})
    return tmp_path / "review" / "index.html"


def _open(chromium, page, *more, fragment=""):
    folder = page.parent / "profile"
    command = [chromium, *FLAGS, f"--user-data-dir={folder}", *more, "--dump-dom", f"file://{page}{fragment}"]
    environment = {**os.environ, "HOME": str(page.parent)}
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True, env=environment)


def _with_the_probe(page):
    """Give the page with a script that its policy would refuse, and a policy that does not."""
    admitted = re.sub("script-src [^;]+", "script-src 'unsafe-inline'", page.read_text(), count=1)
    return admitted.replace("</body>", f"<script>{PROBE.read_text()}</script></body>")


def _probe(chromium, page, *more):
    """Run probe.js at the end of the page and return what it found."""
    copy = page.with_name("probed.html")
    copy.write_text(_with_the_probe(page))
    done = _open(chromium, copy, *more)
    found = re.search(r'<pre id="found">(.*?)</pre>', done.stdout, re.DOTALL)
    assert found, done.stderr[-2000:]
    return json.loads(found[1].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))


def _on_a_phone(chromium, page, width):
    """Probe it in a frame of a phone's width: a headless window is never narrower than 500 pixels."""
    probed = page.with_name("probed.html")
    probed.write_text(_with_the_probe(page))
    frame = page.with_name("phone.html")
    frame.write_text(
        f'<iframe src="probed.html" style="width:{width}px;height:844px;border:0"></iframe><pre id="found"></pre>'
        "<script>addEventListener('message', (told) => { found.textContent = told.data; });</script>"
    )
    done = _open(chromium, frame, "--virtual-time-budget=5000")
    found = re.search(r'<pre id="found">(.+?)</pre>', done.stdout, re.DOTALL)
    assert found, done.stderr[-2000:]
    return json.loads(found[1].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))


def test_the_page_opens_without_an_error_and_asks_for_nothing(chromium, page):
    """Nothing is written to the console, and nothing is loaded besides the page."""
    done = _open(chromium, page)
    assert "CONSOLE" not in done.stderr
    assert "podnet" in done.stdout
    assert "What changes" in done.stdout
    assert _probe(chromium, page)["requests"] == []


def test_a_request_would_be_refused_and_seen(chromium, page):
    """The page's own policy stops a picture from elsewhere, and the browser says so."""
    page.write_text(page.read_text().replace("</main>", '<img src="http://127.0.0.1:9/x.png"></main>'))
    assert re.search(r"CONSOLE.*Content Security Policy", _open(chromium, page).stderr)


@pytest.mark.parametrize("added", ["<script>document.title = 'run'</script>", "<style>h1 { display: none; }</style>"])
def test_no_script_or_style_runs_but_the_pages_own(chromium, page, added):
    """The policy names both by their hash: text that were not escaped would still do nothing."""
    page.write_text(page.read_text().replace("</main>", f"{added}</main>"))
    done = _open(chromium, page)
    assert re.search(r"CONSOLE.*Content Security Policy", done.stderr)
    assert "<title>run</title>" not in done.stdout


@pytest.mark.parametrize("fragment", ["#flow=%", "#flow=nowhere", "#rules", "#flow=%3Cscript%3E"])
def test_an_address_that_names_no_flow_is_no_error(chromium, page, fragment):
    """Such as one that was cut off by the program it was sent with."""
    done = _open(chromium, page, fragment=fragment)
    assert "CONSOLE" not in done.stderr
    assert not re.search(r'class="flow [a-z ]+ lit"', done.stdout)


def test_a_flow_named_in_the_address_is_lit(chromium, page):
    """A link to a flow shows its line, its row, and its sentence."""
    told = _open(chromium, page, fragment="#flow=sgp-to-peer-data").stdout
    assert 'class="flow works needed lit" data-flow="sgp-to-peer-data"' in told
    assert len(re.findall(r'class="flow [a-z ]+ lit"', told)) == 1
    assert "SGP pod → peer data: works; out by the branch ENI" in told


def test_flows_light_up_by_pointer_tap_and_keyboard(chromium, page):
    """Pointing shows, leaving hides, a tap keeps, Enter and Escape do the same as a tap and a second one."""
    found = _probe(chromium, page)["use"]
    key = found["key"]
    assert found["rows"] == found["reachable"]
    assert found["pointed"] == found["line pointed"] == found["tapped"] == found["entered"] == [key]
    assert found["left"] == found["escaped"] == found["tapped twice"] == []
    assert (found["pressed"], found["pressed no more"]) == (1, 0)


@pytest.mark.parametrize("width", [500, 1280])
def test_a_workload_is_found_by_what_is_written_in_its_row(chromium, page, width):
    """Every word must be there, in any case; rows without are hidden on a phone too, and the number is told."""
    found = _probe(chromium, page, f"--window-size={width},900")["search"]
    assert found["name"] == ["shop/orders-api", "shop/orders-worker", "2 of 3"]  # which receives from the former
    assert found["label and port"] == ["shop/orders-worker", "1 of 3"]
    assert found["nothing"] == ["0 of 3"]
    assert len(found["all"]) == 4


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_in_light_and_dark(chromium, page, scheme):
    """Every text has a contrast of 4.5 or more to what lies behind it (WCAG 2.2, 1.4.3)."""
    found = _probe(chromium, page, f"--blink-settings=preferredColorScheme={0 if scheme == 'dark' else 1}")
    assert found["scheme"] == scheme
    assert found["contrast"]["checked"] > 200
    assert found["contrast"]["poor"] == []


@pytest.mark.parametrize("width", [500, 1280])
def test_nothing_is_wider_than_the_screen(chromium, page, width):
    """No part makes the page scroll sideways, on a phone or on a desk."""
    found = _probe(chromium, page, f"--window-size={width},900")["layout"]
    assert found["page"] <= found["screen"] <= width
    assert found["picture"] > 0.8 * found["screen"] * min(1, 1216 / width)


@pytest.mark.parametrize("width", [320, 390])
def test_it_can_be_read_and_used_on_a_phone(chromium, page, width):
    """No sideways scrolling of the page (WCAG 2.2, 1.4.10), words of the picture as large as a footnote, lit flows."""
    found = _on_a_phone(chromium, page, width)
    assert found["layout"]["page"] <= found["layout"]["screen"] <= width
    assert found["layout"]["smallest"] >= 11
    assert found["use"]["tapped"] == [found["use"]["key"]]
    assert found["contrast"]["poor"] == []


def test_it_can_be_printed(chromium, page):
    """As a PDF of some pages, with the verdicts and without what only a screen can do."""
    target = page.with_name("page.pdf")
    environment = {**os.environ, "HOME": str(page.parent)}
    flags = [*FLAGS, f"--user-data-dir={page.parent / 'profile'}", f"--print-to-pdf={target}"]
    subprocess.run([chromium, *flags, f"file://{page}"], capture_output=True, timeout=60, check=True, env=environment)
    pages = len(re.findall(rb"/Type\s*/Page\b(?!s)", target.read_bytes()))
    assert 3 <= pages <= 30
