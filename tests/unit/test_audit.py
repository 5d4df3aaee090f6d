"""`make audit`, by the real clients: pip, npm and go, each with a registry of one package on this machine."""

import functools
import http.server
import io
import json
import threading
import zipfile

import pytest

from tools import audit
from tools.newest import RegistryError


@pytest.fixture
def registry(tmp_path):
    """A folder that is served on the loopback address, and its URL."""
    folder = tmp_path / "registry"
    folder.mkdir()

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield folder, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def write(file, text):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def wheel(name, version):
    """The least that pip takes for a wheel."""
    content, about = io.BytesIO(), f"{name}-{version}.dist-info"
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        archive.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{about}/RECORD", "")
    return content.getvalue()


def test_a_yanked_python_package_is_told_with_its_reason(tmp_path, registry, monkeypatch):
    folder, url = registry
    for name, attribute in (("good", ""), ("bad", ' data-yanked="loses data"')):
        file = f"{name}-1.2.3-py3-none-any.whl"
        write(folder / name / file, wheel(name, "1.2.3"))
        write(folder / name / "index.html", f'<!DOCTYPE html><a href="{file}"{attribute}>{file}</a>')
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_INDEX_URL", url)
    pins = write(tmp_path / "requirements-locked.txt", "bad==1.2.3\ngood==1.2.3\n")
    assert list(audit.python(pins)) == ["bad 1.2.3 is yanked: loses data"]


def test_a_deprecated_node_package_is_told_with_its_reason(tmp_path, registry, monkeypatch):
    folder, url = registry
    for name, more in (("good", {}), ("bad", {"deprecated": "use good"})):
        versions = {"1.0.0": {"name": name, "version": "1.0.0", **more}}
        about = {"name": name, "dist-tags": {"latest": "1.0.0"}, "versions": versions}
        write(folder / name, json.dumps(about))
    monkeypatch.setenv("npm_config_registry", url)
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
    packages = {
        "": {},
        "node_modules/good": {"version": "1.0.0"},
        "node_modules/x/node_modules/bad": {"version": "1.0.0"},
    }
    lock = write(tmp_path / "package-lock.json", json.dumps({"packages": packages}))
    assert list(audit.node(lock)) == ["bad 1.0.0 is deprecated: use good"]


def test_a_retracted_go_module_is_told_with_its_reason(tmp_path, monkeypatch):
    """A module says in a later version's go.mod which earlier ones are not to be used."""
    proxy = tmp_path / "proxy"
    for name, last in (("good", ""), ("bad", "retract v1.0.0 // deletes files\n")):
        folder = proxy / f"example.org/{name}" / "@v"
        write(folder / "list", "v1.0.0\nv1.1.0\n")
        for version, more in (("v1.0.0", ""), ("v1.1.0", last)):
            write(folder / f"{version}.info", json.dumps({"Version": version, "Time": "2026-01-01T00:00:00Z"}))
            write(folder / f"{version}.mod", f"module example.org/{name}\n\ngo 1.22\n\n{more}")
    for name, value in {"GOPROXY": proxy.as_uri(), "GONOSUMDB": "*", "GOFLAGS": "-modcacherw -mod=mod"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("GOMODCACHE", str(tmp_path / "cache"))
    names = "".join(f"require example.org/{name} v1.0.0\n\n" for name in ("bad", "good", "silent"))
    write(proxy / "example.org" / "silent" / "@v" / "v1.0.0.mod", "module example.org/silent\n")
    module = write(tmp_path / "part" / "go.mod", f"module example.org/part\n\ngo 1.22\n\n{names}")
    told, silent = audit.go(module)
    assert told == "example.org/bad v1.0.0 is retracted: deletes files"
    assert silent.startswith("example.org/silent v1.0.0 could not be asked for: ")


def test_a_registry_that_does_not_answer_is_no_good_news(tmp_path, registry, monkeypatch):
    """What could not be asked is not taken for sound."""
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_INDEX_URL", registry[1])
    pins = write(tmp_path / "requirements-locked.txt", "absent==1.0\n")
    with pytest.raises(RegistryError, match=r"pip install .* must get an answer, got .*absent==1\.0"):
        list(audit.python(pins))
