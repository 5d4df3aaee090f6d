"""What the review says of one environment, as plain values: the page, review.json and the terminal show the same."""

from review.content.assembling import alike_findings, content

__all__ = ["alike_findings", "content"]
