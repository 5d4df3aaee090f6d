"""Code and layers of a function unpacked as Lambda does it: with the modes and times that the archive holds.

The emulator gives every file the present time and no mode. The AWS command line in CDK's layer comes compiled, and
Python compares the time that it was compiled for: each sandbox compiled it anew, a second and a half of processor.
"""

import hashlib
import os
import shutil
import struct
import threading
import time
import types
import zipfile
from pathlib import Path
from typing import Any, cast

from ministack.core import lambda_runtime

_UNIX_TIMES, _HAS_CHANGED = 0x5455, 1  # APPNOTE.TXT of PKWARE, extra field "UT"; DOS times know only even seconds
_LOCK = threading.Lock()


def install(folder: Path) -> None:
    """Let sandboxes have their files from `folder`, where each archive is unpacked once."""

    class Kept(zipfile.ZipFile):
        def extractall(self, path: Any = None, *_: Any) -> None:  # noqa: ANN401  (zipfile's)
            kept = folder / _digest(cast("str", self.filename))
            with _LOCK:
                if not kept.exists():
                    unpack(self, kept)
            shutil.copytree(kept, path, copy_function=os.link, dirs_exist_ok=True)

    lambda_runtime.zipfile = types.SimpleNamespace(**{**vars(zipfile), "ZipFile": Kept})


def unpack(archive: zipfile.ZipFile, folder: Path) -> None:
    """Unpack into `folder`, which does not exist yet."""
    part = folder.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    for member in archive.infolist():
        file = archive.extract(member, part)
        if mode := member.external_attr >> 16:
            Path(file).chmod(mode | 0o600)
        if not member.is_dir():
            os.utime(file, times=(changed(member),) * 2)
    part.mkdir(parents=True, exist_ok=True)
    part.rename(folder)


def changed(member: zipfile.ZipInfo) -> float:
    """Give the time of a member in seconds since 1970."""
    extra = member.extra
    while len(extra) >= struct.calcsize("<HH"):
        kind, size = struct.unpack_from("<HH", extra)
        if kind == _UNIX_TIMES and size >= struct.calcsize("<BI") and extra[4] & _HAS_CHANGED:
            return float(struct.unpack_from("<I", extra, 5)[0])
        extra = extra[4 + size :]
    return time.mktime((*member.date_time, 0, 0, -1))


def _digest(file: str) -> str:
    with Path(file).open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
