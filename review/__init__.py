"""What a person reads before deploying, written beside the templates."""

from review.manifests import write

__all__ = ["write"]
