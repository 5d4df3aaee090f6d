"""Which environments can be tried."""

from rehearsal.errors import RehearsalError
from settings import Settings


def check(settings: Settings) -> None:
    """Refuse an environment that stands in a network of somebody else.

    Raises:
        RehearsalError: If it does.
    """
    if settings.existing_network:
        raise RehearsalError(
            "existing_network must be left out of fault trials, got one: with a killed emulator the owner's VPC and "
            "cluster are gone, and new ones have other ids than the file; try a copy with network and cluster instead"
        )
