"""What the handler gives up on, each in one sentence that a person can act on."""

import contextlib
from collections.abc import Iterator

UNAUTHORIZED, FORBIDDEN, NOT_FOUND, CONFLICT, UNPROCESSABLE = 401, 403, 404, 409, 422
_RETRIES = {0: 99, UNAUTHORIZED: 99, FORBIDDEN: 4, 429: 99, 500: 6, 502: 99, 503: 99, 504: 99}  # 0: no whole answer


class HandlerError(RuntimeError):
    """What the handler gives up on, in one sentence that a person can act on."""


class KubeError(HandlerError):
    """A request that the API server did not grant.

    Attributes:
        status: HTTP status, 0 without a whole answer.
        after: seconds that the server asks to wait.
        retries: how often to ask again at most.
        passing: whether it may be granted some minutes later.
    """

    def __init__(self, message: str, *, status: int = 0, after: float = 0) -> None:
        super().__init__(message)
        self.status, self.after, self.retries = status, after, _RETRIES.get(status, 0)
        self.passing = self.retries > 0 and status not in (UNAUTHORIZED, FORBIDDEN)


class GoneError(KubeError):
    """There is nothing to ask: no endpoint, no access entry, no object."""


class MissingError(GoneError):
    """The object is not there."""


class ConflictError(KubeError):
    """Somebody else has changed the object since it was read."""


KINDS: dict[int, type[KubeError]] = {UNAUTHORIZED: GoneError, NOT_FOUND: MissingError, CONFLICT: ConflictError}


@contextlib.contextmanager
def form_known() -> Iterator[None]:
    """Say of a request or an answer that has another form than the code reads that it is so, and where it was read."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
        at = error.__traceback__
        while at and at.tb_next:  # without the module traceback, which every cold start would pay for
            at = at.tb_next
        where = f"{at.tb_frame.f_code.co_filename.rpartition('/')[2]}:{at.tb_lineno}" if at else "nowhere"
        said = f"{type(error).__name__} {str(error)[:200]} ({where})"
        raise HandlerError(f"request and answers must have the form that the handler knows, got {said}") from error
