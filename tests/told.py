"""What a test run says at its end beside passed and failed: gathered here from every worker, printed once."""

import pytest

_TOLD = pytest.StashKey[dict[str, list[str]]]()


def tell(config, title, *lines):
    """Print these lines under `title` at the end of the run; a line that two workers tell is printed once."""
    known = config.stash.setdefault(_TOLD, {}).setdefault(title, [])
    known.extend(line for line in lines if line not in known)


class Telling:
    """The plugin that carries the lines from a worker of pytest-xdist to the process that prints them."""

    @pytest.hookimpl
    def pytest_sessionfinish(self, session):
        """Hand a worker's lines over; outside a worker there is nobody to hand them to."""
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput["told"] = session.config.stash.get(_TOLD, {})

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node):
        """Take what a worker has handed over."""
        for title, lines in getattr(node, "workeroutput", {}).get("told", {}).items():
            tell(node.config, title, *lines)

    @pytest.hookimpl
    def pytest_terminal_summary(self, terminalreporter, config):
        """Print all of it."""
        for title, lines in config.stash.get(_TOLD, {}).items():
            terminalreporter.section(title)
            for line in lines:
                terminalreporter.line(line)
