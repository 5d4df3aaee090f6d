"""Whatever bytes an environment file holds: settings, or problems that say path, rule and fix, in little time."""

import time
from collections import Counter

import broken_files
import budget

from review import check
from review.content import content
from review.page import render
from settings import SettingsError, load

SECONDS = 5.0


def _judge(file, told):
    try:
        settings = load(str(file))
    except SettingsError as error:
        told["refused"] += 1
        said = str(error)
        assert error.problems
        assert all(problem.path and problem.rule.startswith("must") and problem.fix for problem in error.problems)
        assert all(line.isprintable() and len(line) < 2000 for line in said.splitlines())
        return
    told["loaded"] += 1
    render(content(settings, check(settings)), {})


def test_no_file_ends_in_a_traceback(tmp_path, capsys):
    """Tricks of YAML and encodings first, then changes at random; the seed of a failure names its file."""
    file, told, slowest = tmp_path / "fuzz.yaml", Counter(), 0.0
    for seed in range(budget.FILES):
        file.write_bytes(broken_files.broken(seed))
        began = time.perf_counter()
        try:
            _judge(file, told)
        except Exception as error:
            raise AssertionError(f"seed {seed}: {type(error).__name__} {error}") from error
        slowest = max(slowest, time.perf_counter() - began)
        assert slowest < SECONDS, f"seed {seed} took {slowest:.1f} s"
    with capsys.disabled():
        print(f"\n{budget.FILES} files: {dict(told)}, slowest {slowest:.2f} s")
    assert told["refused"] > 0.3 * budget.FILES
    assert told["loaded"] > 0.01 * budget.FILES
    assert sorted(path.name for path in tmp_path.iterdir()) == ["fuzz.yaml"]
