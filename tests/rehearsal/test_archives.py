"""What a function of the emulator finds of its archives."""

import importlib.util
import io
import json
import marshal
import struct
import zipfile

CHANGED = 1_785_770_741  # an odd second: the archive's old field for the time cannot hold it
SOURCE, COMPILED = "WORD = 'read from source'\n", "WORD = 'came compiled...'\n"
CODE = """import os, answer
def handler(event, context):
    found = os.stat(answer.__file__)
    return {"word": answer.WORD, "file": answer.__file__, "inode": found.st_ino, "mode": found.st_mode & 0o777}
"""


def layer():
    """A layer whose compiled module says another thing than its source, so that it shows which of them is taken."""
    packed = io.BytesIO()
    times = struct.pack("<HHBI", 0x5455, 5, 1, CHANGED)
    head = importlib.util.MAGIC_NUMBER + struct.pack("<III", 0, CHANGED, len(SOURCE))
    compiled = head + marshal.dumps(compile(COMPILED, "answer.py", "exec"))
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in (("answer.py", SOURCE), (importlib.util.cache_from_source("answer.py"), compiled)):
            member = zipfile.ZipInfo(f"python/{name}", (2026, 8, 3, 15, 25, 42))
            member.extra, member.external_attr = times, 0o100640 << 16
            archive.writestr(member, content)
    return packed.getvalue()


def test_a_layer_is_unpacked_once_with_its_times_and_modes(aws, role, function):
    """As Lambda does, where Python believes what a layer brings compiled; two sandboxes share it."""
    given = aws("lambda").publish_layer_version(LayerName="answers", Content={"ZipFile": layer()})
    found = []
    for name in ("first", "second"):
        function(name, role(name, ()), code=CODE, Layers=[given["LayerVersionArn"]])
        found.append(json.loads(aws("lambda").invoke(FunctionName=name)["Payload"].read()))
    assert [one["word"] for one in found] == ["came compiled..."] * 2
    assert [one["mode"] for one in found] == [0o640] * 2
    assert found[0]["inode"] == found[1]["inode"]
    assert found[0]["file"] != found[1]["file"]
