"""What the tests share: the 32 cells, measured once, and what the laboratory said of itself."""

import pytest

from rehearsal.parts import PartError
from settings import load
from tests.dataplane.cell import matrix, rerouted
from tests.dataplane.lab.errors import LabError
from tests.dataplane.measured_cells import measure_cells
from tests.told import tell


@pytest.fixture(scope="session")
def base():
    """The environment whose settings the cells vary."""
    return load("environments/dev.yaml")


def _measured(base, cells, config, name):
    try:
        found = measure_cells(base, cells)
    except (LabError, PartError) as error:
        pytest.fail(str(error), pytrace=False)
    packets = sum(len(outcomes) for outcomes in found.outcomes.values())
    size = f"{name}: {len(cells)} cells, {packets} requests, {found.seconds:.0f} s, measured twice: {len(found.twice)}"
    tell(config, "dataplane", size, *found.notes)
    return found


@pytest.fixture(scope="session")
def measured(base, pytestconfig):
    """All combinations of enforcing mode, external SNAT, excluded range, cache and early demux."""
    return _measured(base, matrix(), pytestconfig, "matrix")


@pytest.fixture(scope="session")
def measured_rerouted(base, pytestconfig):
    """The cells in which the peer and a server on the internet are external services too."""
    return _measured(base, rerouted(), pytestconfig, "external services")
