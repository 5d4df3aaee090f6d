"""What a person reads before deploying: flows, rules, and a page beside the templates."""

import clean_end

from review.rules import check, stops, told
from review.writing import write

__all__ = ["check", "stops", "told", "write"]
