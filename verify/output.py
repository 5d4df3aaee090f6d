"""The file that --output names."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from verify.errors import VerifyError


def prepare(path: Path) -> None:
    """Make its folder and see that it can be written, before minutes are spent; what is in it stays.

    Raises:
        VerifyError: If it cannot.
    """
    with _told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        was_there = path.exists()
        with path.open("a"):
            pass
        if not was_there:
            path.unlink()


def write(path: Path, text: str) -> None:
    """Write it.

    Raises:
        VerifyError: If that fails.
    """
    with _told(path):
        path.write_text(text + "\n", encoding="utf-8")


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise VerifyError(
            f"--output must be a file that can be written, got {path}: {error.strerror}; give another path"
        ) from None
