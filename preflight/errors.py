"""What keeps an account from being looked at."""


class PreflightError(Exception):
    """Nothing can be asked; the message has the reason and the fix."""


class DeniedError(Exception):
    """The credentials may not ask this; the message is the call."""


class MissingError(Exception):
    """What is asked for is not there."""


class NotAskedError(Exception):
    """The file has nothing of the kind."""


class NotTriedError(Exception):
    """It cannot be looked at; the message says why."""
