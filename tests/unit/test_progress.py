"""A step says how it ended."""

import pytest

from terminal.progress import Progress


@pytest.mark.parametrize(
    ("error", "told"), [(KeyboardInterrupt, "interrupted after"), (ValueError, "failed after"), (None, "done in")]
)
def test_a_step_says_how_it_ended(error, told, capsys):
    """Ctrl-C is no failure of the step."""
    try:
        with Progress("deploy"):
            if error:
                raise error
    except (KeyboardInterrupt, ValueError):
        pass
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith(f"deploy: {told} ")
