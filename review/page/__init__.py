"""The review as one self-contained HTML page."""

from review.page.rendering import render

__all__ = ["render"]
