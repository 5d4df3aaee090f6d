"""A cluster that somebody else made and runs, for environments with `existing_cluster`."""

from rehearsal.estate.estate import Estate

__all__ = ["Estate"]
