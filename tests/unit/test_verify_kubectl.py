"""How `python -m verify` hears kubectl."""

import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).parents[2]
PROGRAM = """#!/bin/sh
printf '{"items": [{"metadata": {"annotations": {"owner": "\\346\\263\\250\\346\\226\\207"}}}]}'
"""
ASKS = "import verify; from verify.kubectl import Kubectl; print(ascii(Kubectl().items('pods')))"


def test_kubectl_is_read_as_utf_8_in_a_locale_that_has_another_encoding(tmp_path):
    """A program takes the place of kubectl: the locale of this process is fixed, and kubectl needs a cluster."""
    program = tmp_path / "kubectl"
    program.write_text(PROGRAM)
    program.chmod(0o755)
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    env = {**os.environ, **plain, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run([sys.executable, "-c", ASKS], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == r"[{'metadata': {'annotations': {'owner': '\u6ce8\u6587'}}}]", done.stderr
