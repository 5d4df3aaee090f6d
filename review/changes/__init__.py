"""What changes against a saved review, and what that does to running pods: plain values in, plain values out."""

from review.changes.comparing import compare
from review.changes.saved import SavedError, path_of, read
from review.changes.text import alike_changes, lines

__all__ = ["SavedError", "alike_changes", "compare", "lines", "path_of", "read"]
