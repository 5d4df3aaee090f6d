"""The real Kubernetes parts: programs and files of pinned Go modules."""

from rehearsal.parts.errors import PartError
from rehearsal.parts.programs import ensure, module_dir

__all__ = ["PartError", "ensure", "module_dir"]
