"""Why a rehearsal ends early."""


class RehearsalError(Exception):
    """A step failed or something that it needs is missing; the message says what to do or ends with a log."""
