"""A network and a cluster that somebody else made, for environments that name them."""

from rehearsal.estate.estate import Estate

__all__ = ["Estate"]
