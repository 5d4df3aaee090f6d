"""What can go wrong with a control plane."""

from typing import Any

from rehearsal.errors import RehearsalError


class ControlPlaneError(RehearsalError):
    """A program of the control plane did not start or did not stay up; the message ends with its log."""


class ApiError(RehearsalError):
    """The API server refused a call.

    Attributes:
        status: HTTP status code.
        reason: Machine-readable reason, such as `NotFound`; empty where the answer was no Status object.
        message: The server's own words.
        causes: `details.causes`, such as the conflicts of a server-side apply; empty where there are none.
    """

    def __init__(self, method: str, path: str, status: int, answer: object) -> None:
        known: dict[str, Any] = answer if isinstance(answer, dict) else {}
        self.status = status
        self.reason = str(known.get("reason", ""))
        self.message = str(known.get("message", answer))
        self.causes: list[dict[str, str]] = (known.get("details") or {}).get("causes") or []
        super().__init__(f"{method} {path}: {status} {self.reason}: {self.message[:600]}")
