"""The real parts are built once, by one builder at a time, and found again."""

import pathlib
import signal
import subprocess
import sys
import time

import pytest

from rehearsal.parts import PartError, ensure, module_dir
from rehearsal.parts.builder import Builder
from rehearsal.parts.catalogue import CATALOGUE
from rehearsal.parts.part import Part

MAIN = 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println("%s") }\n'
BUILD = """
import pathlib, sys
from rehearsal.parts.builder import Builder
from rehearsal.parts.part import Part
part = Part(name="hello", module="example.com/none", programs={"hello": "."}, root=pathlib.Path(sys.argv[1]))
print(Builder(part, pathlib.Path(sys.argv[2])).build())
"""


@pytest.fixture
def hello(tmp_path, monkeypatch):
    """A part of one small program that needs nothing but the standard library."""
    folder = tmp_path / "parts" / "hello"
    folder.mkdir(parents=True)
    (folder / "go.mod").write_text("module example.com/hello\n\ngo 1.25.0\n\nrequire example.com/none v1.2.3\n")
    (folder / "go.sum").write_text("")
    (folder / "main.go").write_text(MAIN % "one")
    # the version is read from go.mod, but the program imports nothing of the module
    monkeypatch.setenv("GOFLAGS", "-mod=mod")
    return Part(name="hello", module="example.com/none", programs={"hello": "."}, root=tmp_path / "parts")


def build_in_background(part, cache):
    """Start another process that builds the part."""
    command = [sys.executable, "-c", BUILD, str(part.root), str(cache)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_a_program_is_built_and_found_again(hello, tmp_path):
    """The second call gives the same program without building."""
    folder = Builder(hello, tmp_path / "cache").build()
    built = (folder / "hello").stat().st_mtime_ns
    assert subprocess.run([folder / "hello"], capture_output=True, text=True, check=True).stdout == "one\n"
    assert Builder(hello, tmp_path / "cache").build() == folder
    assert (folder / "hello").stat().st_mtime_ns == built


def test_a_changed_source_is_built_anew(hello, tmp_path):
    """The folder's name covers the sources, so an old program is never taken for a new one."""
    first = Builder(hello, tmp_path / "cache").build()
    (hello.folder / "main.go").write_text(MAIN % "two")
    second = Builder(hello, tmp_path / "cache").build()
    assert first != second
    assert subprocess.run([second / "hello"], capture_output=True, text=True, check=True).stdout == "two\n"


def test_two_builders_at_once_build_once(hello, tmp_path):
    """One builds, the other waits and takes what was built."""
    both = [build_in_background(hello, tmp_path / "cache") for _ in range(2)]
    said = [process.communicate(timeout=120) for process in both]
    assert said[0][0] == said[1][0] != ""
    assert sum("building hello" in errors and "done in" in errors for _out, errors in said) == 1
    assert [path.name for path in (tmp_path / "cache").glob("hello.part-*")] == []


def test_a_killed_build_leaves_no_half_program(hello, tmp_path):
    """The next build starts afresh and clears away what was left."""
    process = build_in_background(hello, tmp_path / "cache")
    cache = tmp_path / "cache"
    until = time.monotonic() + 60
    while not list(cache.glob("hello.part-*")):
        assert time.monotonic() < until
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert not list(cache.glob("hello-*"))
    folder = Builder(hello, cache).build()
    assert (folder / "hello").exists()
    assert not list(cache.glob("hello.part-*"))


def test_a_failing_build_tells_what_the_compiler_said(hello, tmp_path):
    """The error carries the compiler's own words."""
    (hello.folder / "main.go").write_text("package main\n\nfunc main() { undefinedThing() }\n")
    with pytest.raises(PartError, match="undefinedThing"):
        Builder(hello, tmp_path / "cache").build()
    assert not list((tmp_path / "cache").glob("hello-*"))


def test_a_given_program_is_preferred(tmp_path, monkeypatch):
    """KUBEBUILDER_ASSETS wins where it holds the program, and Go is not asked for."""
    program = tmp_path / "etcd"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(tmp_path))
    monkeypatch.setenv("PATH", "")
    assert ensure("etcd") == {"etcd": program}


def test_a_missing_compiler_is_told_with_its_fix(tmp_path, monkeypatch):
    """Without Go and without given programs the error names both ways out."""
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PartError, match=r"install Go 1.25 or later.*KUBEBUILDER_ASSETS"):
        ensure("kube-apiserver")


def test_an_unknown_part_is_refused():
    """The error lists what there is."""
    with pytest.raises(PartError, match=r"must be one of kubernetes, etcd, .*got kubelet"):
        ensure("kubelet")


@pytest.mark.parametrize(
    ("part", "file"),
    [
        ("kubernetes", "cluster/addons/dns/nodelocaldns/nodelocaldns.yaml"),
        ("vpc_cni", "config/master/aws-k8s-cni.yaml"),
        ("vpc_resource_controller", "config/crd/bases/vpcresources.k8s.aws_securitygrouppolicies.yaml"),
        ("kwok", "kustomize/stage/pod/fast/pod-ready.yaml"),
    ],
)
def test_pinned_modules_hold_the_files_that_are_read(part, file):
    """What the rehearsal and the tests read from upstream is where they look."""
    assert (module_dir(part) / file).is_file()


@pytest.mark.parametrize("part", CATALOGUE.values(), ids=lambda part: part.name)
def test_every_part_has_its_version_in_go_mod_and_sums(part):
    """A part without go.sum would not be verified."""
    assert part.version.startswith("v")
    assert part.module in (part.folder / "go.sum").read_text()


def test_kubernetes_programs_say_their_version():
    """Without the stamp they would say v0.0.0-master."""
    program = ensure("kube-apiserver")["kube-apiserver"]
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    assert said.strip() == f"Kubernetes {CATALOGUE['kubernetes'].version}"
    assert isinstance(program, pathlib.Path)
