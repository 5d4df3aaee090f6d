"""The core stays small enough to be read (docs/decisions/0015): lines that hold code, docstrings left out."""

import ast
import pathlib
import re
import tokenize

ROOT = pathlib.Path(__file__).parents[2]
HANDLER = ROOT / "constructs" / "podnet" / "aws_node_env" / "handler"
LAYER = ROOT / "constructs" / "podnet" / "manifests_layer"
MOST, MOST_OF_HANDLER, MOST_OF_LAYER = 1484, 652, 55
CORE = ("stacks", "constructs/podnet", "charts")
NO_CODE = {
    getattr(tokenize, name) for name in ("COMMENT", "NL", "NEWLINE", "INDENT", "DEDENT", "ENCODING", "ENDMARKER")
}


def lines_of_code(file):
    """Count the lines that hold a token which is neither comment nor docstring."""
    held = set()
    with file.open("rb") as opened:
        for token in tokenize.tokenize(opened.readline):
            if token.type not in NO_CODE:
                held |= {*range(token.start[0], token.end[0] + 1)}
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            held -= {*range(node.body[0].lineno, node.body[0].end_lineno + 1)}
    return len(held)


def size(files):
    return sum(map(lines_of_code, files))


def test_the_core_is_read_in_half_an_hour():
    """What runs in Lambda has limits of its own."""
    files = [ROOT / "app.py", *(file for folder in CORE for file in (ROOT / folder).rglob("*.py"))]
    assert size(file for file in files if not {HANDLER, LAYER} & {*file.parents}) <= MOST


def test_the_handler_does_not_grow():
    """One subject a file."""
    assert size(HANDLER.rglob("*.py")) <= MOST_OF_HANDLER
    assert size(LAYER.rglob("*.py")) <= MOST_OF_LAYER


def test_the_page_has_these_numbers():
    """And of each file that it names how many lines there are, to the ten."""
    page = (ROOT / "docs" / "decisions" / "0015-size-of-the-core.md").read_text()
    files = {file.name: lines_of_code(file) for file in HANDLER.rglob("*.py")}
    subjects = sum(1 for lines in files.values() if lines)
    assert f"{MOST:,} without what runs in Lambda, {MOST_OF_HANDLER} in the handler ({subjects} files" in page
    assert f"{MOST_OF_LAYER} in the layer" in page
    told = re.findall(r"^\| ((?:`\w+\.py`(?: and )?)+), (\d+)", page, re.MULTILINE)
    assert len(told) == 3
    for names, lines in told:
        assert abs(sum(files[name] for name in re.findall(r"`([\w.]+)`", names)) - int(lines)) <= 5, names


def test_no_file_of_the_project_is_two_things():
    """150 lines, with everything in them."""
    folders = (
        "stacks",
        "constructs",
        "charts",
        "settings",
        "review",
        "rehearsal",
        "preflight",
        "verify",
        "accepter",
        "observability",
    )
    long = {
        str(file.relative_to(ROOT)): count
        for folder in (*folders, "laboratory", "pipeline", "scans", "terminal", "tools")
        for file in (ROOT / folder).rglob("*.py")
        if (count := len(file.read_text().splitlines())) > 150
    }
    assert long == {}
