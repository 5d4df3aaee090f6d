"""A pod, its node and the DNS servers behind it, in network namespaces of one machine: for tests and benchmarks."""

from laboratory.family import V4, V6, Family
from laboratory.lab import Lab
from laboratory.load import Load, Outcome
from laboratory.namespaces import LaboratoryError, missing_tools
from laboratory.node_cache import NodeCache
from laboratory.recipe import Recipe
from laboratory.reply import Reply
from laboratory.server import Server

__all__ = [
    "V4",
    "V6",
    "Family",
    "Lab",
    "LaboratoryError",
    "Load",
    "NodeCache",
    "Outcome",
    "Recipe",
    "Reply",
    "Server",
    "missing_tools",
]
