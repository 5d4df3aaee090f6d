"""Which tests stay together when several workers run them."""

from xdist.scheduler import LoadScopeScheduling


class FileScheduling(LoadScopeScheduling):
    """Give a whole file to one worker, and all of tests/dataplane to one: its cells are measured once.

    Marks of pytest-xdist 3.8 for `--dist loadgroup` would do, but do nothing with pytest 9.2: they are added to test
    ids in a place that pytest no longer reads.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return "tests/dataplane" if file.startswith("tests/dataplane/") else file
