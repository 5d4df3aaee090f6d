"""`make bump`: which releases are taken, and what is resolved again. A program stands in for npm and its registry."""

import json
import os

import pytest

from tools import bump
from tools.pins import NODE_FILE, Pin


@pytest.fixture
def npm(tmp_path, monkeypatch):
    """A function that gives npm answers to `npm view --json <name> version`, and the lines that it was called with."""
    program, calls = tmp_path / "npm", tmp_path / "calls"
    program.write_text(f'#!/bin/sh\necho "$@" >> {calls}\n[ "$1" != view ] || cat {tmp_path}/$3.json\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    def answers(**versions):
        for name, version in versions.items():
            (tmp_path / f"{name}.json").write_text(json.dumps(version))
        return lambda: calls.read_text().splitlines()

    return answers


def pin(name, version):
    return Pin(NODE_FILE, name, version)


def test_a_newer_release_is_taken_and_a_new_major_version_is_told(npm, capsys):
    """What is the newest already stays, and what a registry does not tell is told and stops nothing else."""
    npm(older="2.4.0", newest="1.0.0", major="3.0.0")
    known = [pin("older", "2.3.9"), pin("newest", "1.0.0"), pin("major", "2.9.9"), pin("unknown", "1.0.0")]
    changes, failed = bump._newer(known)
    assert changes == [(known[0], "2.4.0")]
    assert "major 2.9.9 stays; 3.0.0 is a new major version" in capsys.readouterr().out
    (problem,) = failed
    assert problem.startswith("npm view --json unknown version must get an answer")


def test_only_what_was_raised_is_resolved_again(npm):
    """package-lock.json without a registry's addresses; nothing where no pin of it was raised."""
    calls = npm()
    bump._resolve({NODE_FILE})
    (call,) = calls()
    assert call.startswith("install --package-lock-only --omit-lockfile-registry-resolved")
    bump._resolve({"settings/dns_cache.py"})
    assert calls() == [call]
