"""What keeps a proof from being made."""


class VerifyError(Exception):
    """The cluster could not be looked at; the message has the reason and the fix."""
