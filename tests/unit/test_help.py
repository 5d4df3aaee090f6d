"""Every command tells its usage, and does nothing else when it is asked for that."""

import pathlib
import re
import runpy
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[2]
SOURCES = (
    "accepter",
    "benchmarks",
    "observability",
    "pipeline",
    "preflight",
    "rehearsal",
    "review",
    "scans",
    "settings",
    "tools",
    "verify",
)


def commands():
    """Give every module of the project that is run by `python -m`."""
    for folder in (*SOURCES, "terminal", "tests/dataplane"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            if re.search(r'^if __name__ == "__main__":', file.read_text(), re.MULTILINE):
                name = ".".join(file.relative_to(ROOT).with_suffix("").parts)
                yield name.removesuffix(".__main__")


# started by others: in namespaces, by the emulator, by a benchmark, inside a pod
INNER = {
    "benchmarks.bare_app",
    "benchmarks.early_demux.inside",
    "rehearsal.emulator",
    "rehearsal.emulator.aws_command_line",
    "rehearsal.emulator.ending",
    "rehearsal.tether",
    "rehearsal.control_plane.spawner",
    "tests.dataplane.lab.inside",
    "verify.probe",
}


@pytest.mark.parametrize("module", sorted({*commands()} - INNER))
def test_a_command_tells_its_usage(module, monkeypatch, capsys):
    """Exit code 0, and nothing in the project is changed; run as `python -m` does, in this process."""
    before = changed()
    monkeypatch.setattr(sys, "argv", [module, "--help"])
    monkeypatch.setattr(sys, "path", [*sys.path])
    for loaded in (module, f"{module}.__main__"):  # by another test; runpy warns about it
        monkeypatch.delitem(sys.modules, loaded, raising=False)
    with pytest.raises(SystemExit) as ended:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    assert ended.value.code == 0
    told = capsys.readouterr().out
    assert told.startswith(f"usage: python -m {module} ")
    assert told.isascii()  # argparse writes it before anything could be said about a locale that holds no more
    assert changed() == before


def changed():
    """Give time and size of the files that commands write."""
    files = [*(ROOT / "docs").rglob("*"), *(ROOT / "environments").iterdir(), *(ROOT / "observability").iterdir()]
    files += [ROOT / name for name in ("requirements.txt", "requirements-locked.txt", "package.json")]
    return {file: (file.stat().st_mtime_ns, file.stat().st_size) for file in files if file.is_file()}
