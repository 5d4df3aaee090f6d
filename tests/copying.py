"""Copies of parts of the repository."""

import pathlib
import shutil

ROOT = pathlib.Path(__file__).parent.parent


def copy_parts(names, folder):
    """Copy files and folders of the repository into a folder, without what other tests write beside code meanwhile."""
    folder.mkdir(parents=True)
    skip = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for name in names:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=skip)
        else:
            shutil.copy(ROOT / name, folder / name)
