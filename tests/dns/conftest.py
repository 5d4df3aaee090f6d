"""Fixtures of the DNS tests, and the list of those that need a real node-cache."""

import pytest

from laboratory import Lab, NodeCache, missing_tools
from rehearsal.parts import ensure
from tests.told import tell


def pytest_configure(config):
    config.addinivalue_line("markers", "node_cache: needs the node-cache program, named by NODE_CACHE=/path")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """Take the drills out where node-cache is not at hand: they are neither passed nor skipped, but listed below."""
    if NodeCache.program():
        return
    drills = [item for item in items if item.get_closest_marker("node_cache")]
    items[:] = [item for item in items if item not in drills]
    if drills:
        config.hook.pytest_deselected(items=drills)
        title = "not run: restart drills need NODE_CACHE=/path/to/node-cache"
        tell(config, title, *(f"NOT RUN {item.nodeid}" for item in drills))


@pytest.fixture(scope="session")
def programs():
    missing = missing_tools()
    if missing:
        pytest.fail(missing, pytrace=False)
    return ensure("coredns", "dnsload")


@pytest.fixture
def lab(tmp_path, programs):
    """Namespaces without any DNS server yet."""
    made = Lab(tmp_path, programs)
    yield made
    made.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory, programs):
    """Namespaces with the servers behind the node running: (lab, servers)."""
    made = Lab(tmp_path_factory.mktemp("dns"), programs)
    yield made, made.start_servers()
    made.close()
