"""Which tests stay together when several workers run them."""

from xdist.scheduler import LoadScopeScheduling

_TOGETHER = ("tests/dataplane", "tests/examples")
_CDK_FUNCTION = ("manifests_again", "namespaces", "taking_over")  # unpacking and compiling its layers takes longest
_SHARED = {f"tests/cluster/test_{name}.py": "CDK's kubectl function" for name in _CDK_FUNCTION}


class FileScheduling(LoadScopeScheduling):
    """Give a whole file to one worker, and all files that share much: what they measure or build is made once.

    Marks of pytest-xdist 3.8 for `--dist loadgroup` would do, but do nothing with pytest 9.2: they are added to test
    ids in a place that pytest no longer reads.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return next((folder for folder in _TOGETHER if file.startswith(f"{folder}/")), _SHARED.get(file, file))
