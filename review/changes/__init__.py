"""What changes against a saved review, and what that does to running pods: plain values in, plain values out."""

from review.changes.comparing import compare
from review.changes.saved import SavedError, path_of, read
from review.changes.text import lines

__all__ = ["SavedError", "compare", "lines", "path_of", "read"]
