"""A project of a few pins, in which the programs of tools/ are run as a person runs them.

Programs stand in for npm, go, pip and uv, and for their registries.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).parents[2]
PARTS = "rehearsal/parts"
OWN = ("clean_end.py", "tools/*.py", "terminal/*.py", "rehearsal/__init__.py", "rehearsal/tether.py", f"{PARTS}/*.py")
GO_MOD = "module example.org/part\n\ngo 1.24\n\nrequire (\n{}\texample.org/held v1.0.0 // indirect\n)\n"
MODULES = {"example.org/one": "v1.0.0", "example.org/two": "v1.0.0", "k8s.io/kubernetes": "v1.33.0"}
FILES = {
    "requirements.txt": "-e .\nold-lib==1.0.0\n",
    "requirements-dev.txt": "held==2.0.0  # as it is\n",
    "rehearsal/emulator/requirements.txt": "emulator==3.0.0\n",
    "requirements-locked.txt": "",
    "rehearsal/emulator/requirements-locked.txt": "",
    "pyproject.toml": '[build-system]\nrequires = ["builder==1.0.0"]\n',
    "package.json": json.dumps({"dependencies": {"big": "1.0.0"}, "devDependencies": {"small": "1.0.0"}}),
    "package-lock.json": json.dumps({"packages": {"": {}, "node_modules/small": {"version": "1.0.0"}}}),
    f"{PARTS}/part/go.mod": GO_MOD.format("".join(f"\t{name} {version}\n" for name, version in MODULES.items())),
    **dict.fromkeys(("settings/dns_cache.py", "verify/job.py", "examples/charts/app.py"), ""),
}
NPM = (
    '#!/bin/sh\necho "npm $@" >> "$CALLS"\n'
    '[ "$1" = install ] || { [ "$2" = --json ] && shift; echo warning >&2; cat "$ANSWERS/$2"; }\n'
)
GO = (
    '#!/bin/sh\necho "go $@ in ${PWD##*/}" >> "$CALLS"\n'
    'case "$1 $2" in "mod edit") echo \'{"Require": []}\';; "list -e") cat "$ANSWERS/retracted";;\n'
    '"list -m") cat "$ANSWERS/$(basename "$5")";; esac\n'
)
PIP = "import os, sys\nprint(open(os.environ['ANSWERS'] + '/' + sys.argv[-1].rpartition('/')[2]).read())\n"
UV = (
    "import os, sys\nprint('heard')\nopen(os.environ['CALLS'], 'a').write(f'uv {\" \".join(sys.argv[1:])}\\n')\n"
    "open(sys.argv[-2], 'w').write(sys.stdin.read())\n"
)


def small_project(tmp_path):
    """Make it; give a function that runs `python -m tools.<name>` in it, with what registries answer."""
    root, answers, calls = tmp_path / "project", tmp_path / "answers", tmp_path / "calls"
    for file in (file for pattern in OWN for file in ROOT.glob(pattern)):
        (root / file.relative_to(ROOT)).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, root / file.relative_to(ROOT))
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    for name, text in {"npm": NPM, "go": GO, "pip.py": PIP, "uv.py": UV}.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    answers.mkdir()
    env = {**os.environ, "PYTHONPATH": str(tmp_path), "CALLS": str(calls), "ANSWERS": str(answers)}
    env |= {"PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHONDONTWRITEBYTECODE": "1"}
    env.pop("PYTHONUNBUFFERED", None)  # as in a log
    (root / ".gitignore").write_text("__pycache__\n")
    for words in (["init", "-q"], ["add", "."], ["-c", "user.name=a", "-c", "user.email=a", "commit", "-qm", "a"]):
        subprocess.run(["git", *words], cwd=root, check=True)

    def run(name, told, *options):
        for answer, text in told.items():
            (answers / answer).write_text(text)
        command = [sys.executable, "-m", f"tools.{name}", *options]
        return subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, check=False)

    run.root, run.calls = root, lambda: calls.read_text().splitlines()
    return run


def status(root):
    done = subprocess.run(["git", "status", "--porcelain"], cwd=root, capture_output=True, text=True, check=True)
    return done.stdout.split()[1::2]
