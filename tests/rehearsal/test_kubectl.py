"""The kubectl that a rehearsal proves its cluster with."""

import pytest

from rehearsal.errors import RehearsalError
from rehearsal.kubectl import kubectl_folder
from stacks.kubectl_layer import VERSIONS


@pytest.mark.parametrize("version", VERSIONS)
def test_it_is_that_of_the_deployed_layer_for_every_version(version):
    """The oldest and the newest version have a layer of the minor version beside them."""
    folder = kubectl_folder(version)
    assert folder.name.endswith(f"-v{VERSIONS[version]}")
    assert (folder / "kubectl").stat().st_mode & 0o100


def test_a_version_without_one_is_told():
    """In one line, as everything that a rehearsal expects."""
    with pytest.raises(RehearsalError, match=r"next to 1\.20 must be installed, got none"):
        kubectl_folder("1.20")
