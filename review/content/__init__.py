"""What the review says of one environment, as plain values: the page, review.json and the terminal show the same."""

from review.content.assembling import content

__all__ = ["content"]
