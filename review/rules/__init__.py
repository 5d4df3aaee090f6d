"""What must hold in an environment file, beyond the form of its values: each rule says why and what to do."""

from review.rules.at import At
from review.rules.checking import RULES, check, stops
from review.rules.finding import Finding
from review.rules.rule import Rule, rule
from review.rules.telling import told

__all__ = ["RULES", "At", "Finding", "Rule", "check", "rule", "stops", "told"]
