"""What can go wrong in the laboratory."""


class LabError(Exception):
    """A part, a right or a kernel feature is missing, or a program failed; the message says what to do."""
