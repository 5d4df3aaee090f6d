"""The fenced blocks of the papers, and what becomes of each."""

import pathlib
import re

ROOT = pathlib.Path(__file__).parents[2]
PAPERS = sorted(
    [
        ROOT / "README.md",
        ROOT / "README.ja.md",
        ROOT / "CONTRIBUTING.md",
        ROOT / "SECURITY.md",
        ROOT / "examples" / "README.md",
        *ROOT.glob("docs/**/*.md"),
    ]
)
_BLOCK = re.compile(r"^ *```([^\n]*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)  # in a list it is indented
_SHELL = {"", "bash", "sh", "bash fails"}
_PROGRAMS = r"(make|npx|pip|aws|kubectl|cp|sed|rm|python|\.venv/bin/python|export|git)\b"

_ACCOUNT = "needs an AWS account; the rehearsal runs it against the emulator"
_LOOKED_UP = "needs an AWS account or a cluster; test_programs.py asks whether the program takes it"
_TARGETS = "test|check|check test|bench|fuzz|faults|privilege|bump|audit|setup|setup-rehearsal|clean|dataplane"
# not run by these tests, each with the reason
NOT_RUN = {
    r"(make|npx cdk) (diff|deploy|destroy|deploy-pipeline)\b.*": _ACCOUNT,
    r"npx cdk (bootstrap|synth)\b.*": _ACCOUNT,
    r"(aws|kubectl) .*": _LOOKED_UP,
    r"make preflight\b.*": _ACCOUNT,
    r"make verify\b.*": "needs a cluster; the rehearsal runs it",
    r"make rehearse(-down)?\b.*": "minutes; tests/rehearsal runs it whole",
    rf"make ({_TARGETS})\b.*": "these tests themselves, or minutes of others; the target is looked up",
    r"pip install .*": "tests/examples installs the wheel",
    r"\.venv/bin/python -m build": "tests/examples builds it",
}


def blocks(file):
    """Give (language, text) of each fenced block."""
    return _BLOCK.findall(file.read_text())


def commands(file):
    """Give (command, fails) for each line of each shell block; comments and continued lines are joined."""
    for language, text in blocks(file):
        if language.strip() not in _SHELL:
            continue
        for line in text.replace("\\\n", " ").splitlines():
            command = re.sub(r"\s+#.*$", "", line).strip()
            if re.match(_PROGRAMS, command):
                yield command, language == "bash fails"


def spoken(file):
    """Give the commands of the running text: each span of code, on one line."""
    text = re.sub(_BLOCK, "", file.read_text())
    return [" ".join(span.split()) for span in re.findall(r"`([^`]+)`", text)]


def filled(command):
    """Give a command with something in place of what its reader fills in, such as `<id>` and `pcx-…`."""
    return re.sub(r"<[^<>]+>", "x", command).replace("-…", "-0d1a2b3c4d5e6f701").replace("…", "x")


def not_run(command):
    """Give the reason why a command is not run, "" where it is."""
    return next((reason for pattern, reason in NOT_RUN.items() if re.fullmatch(pattern, command)), "")
