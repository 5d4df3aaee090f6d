"""A real Kubernetes control plane on loopback, without containers; standard library only."""

from rehearsal.control_plane.api import Api
from rehearsal.control_plane.control_plane import ControlPlane
from rehearsal.control_plane.errors import ApiError, ControlPlaneError
from rehearsal.control_plane.token_review import TokenReview

__all__ = ["Api", "ApiError", "ControlPlane", "ControlPlaneError", "TokenReview"]
