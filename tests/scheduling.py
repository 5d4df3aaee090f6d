"""Which tests stay together when several workers run them."""

from xdist.scheduler import LoadScopeScheduling

_TOGETHER = ("tests/dataplane", "tests/examples")


class FileScheduling(LoadScopeScheduling):
    """Give a whole file to one worker, and all of a folder that shares much: what it measures or builds is made once.

    Marks of pytest-xdist 3.8 for `--dist loadgroup` would do, but do nothing with pytest 9.2: they are added to test
    ids in a place that pytest no longer reads.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return next((folder for folder in _TOGETHER if file.startswith(f"{folder}/")), file)
