"""What can go wrong with a part."""


class PartError(Exception):
    """A part is unknown, cannot be built or cannot be downloaded; the message says what to do."""
