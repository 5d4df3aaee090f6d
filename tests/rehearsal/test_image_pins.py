"""`make bump` for images: the newest tag and its digest, from a registry with the API that all have.

The registry is crane's own, in memory, on the loopback address.
"""

import io
import subprocess
import tarfile
import time

import pytest

from rehearsal.parts import ensure
from rehearsal.ports import free_port
from tools.newest import RegistryError, newest
from tools.pins import IMAGE_FILES, Pin

TAGS = ("1.9.0", "1.10.0", "1.10.0-rc1", "latest", "2-alpine3.9", "2-alpine3.10")


@pytest.fixture(scope="module")
def crane():
    return str(ensure("crane")["crane"])


@pytest.fixture(scope="module")
def image(crane, tmp_path_factory):
    """Some tags of one image, each with a content of its own."""
    port, folder = free_port(), tmp_path_factory.mktemp("registry")
    serving = [crane, "registry", "serve", "--address", f"127.0.0.1:{port}"]
    registry = subprocess.Popen(serving, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    name = f"127.0.0.1:{port}/dns/cache"
    for tag in TAGS:
        layer, content = folder / f"{tag}.tar", tag.encode()
        with tarfile.open(layer, "w") as archive:
            member = tarfile.TarInfo("tag")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        pushed(crane, layer, f"{name}:{tag}")
    yield name
    registry.terminate()
    registry.wait()


def pushed(crane, layer, reference):
    until = time.monotonic() + 20
    push = [crane, "append", "-f", layer, "-t", reference]
    while (done := subprocess.run(push, capture_output=True, check=False)).returncode:
        assert time.monotonic() < until, done.stderr
        time.sleep(0.1)


def digest(crane, reference):
    return subprocess.run([crane, "digest", reference], capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.parametrize(
    ("pinned", "tag"),
    [
        ("1.9.0", "1.10.0"),
        ("1.10.0", "1.10.0"),
        ("1.9.0@sha256:" + "0" * 64, "1.10.0"),
        ("2-alpine3.9", "2-alpine3.10"),
    ],
)
def test_the_newest_tag_of_the_same_form_comes_with_its_digest(crane, image, pinned, tag):
    """Numbers are compared as numbers; a release candidate is of another form."""
    assert newest(Pin(IMAGE_FILES[0], image, pinned)) == f"{tag}@{digest(crane, f'{image}:{tag}')}"


def test_what_is_newest_already_stays(crane, image):
    held = f"1.10.0@{digest(crane, f'{image}:1.10.0')}"
    assert newest(Pin(IMAGE_FILES[0], image, held)) == held


@pytest.mark.parametrize(("name", "version"), [("cache", "3.0"), ("nobody", "1.0")])
def test_a_registry_that_does_not_know_it_is_told(image, name, version):
    with pytest.raises(RegistryError, match=r"^(crane ls )?127.* must (have|get)"):
        newest(Pin(IMAGE_FILES[0], image.replace("cache", name), version))
