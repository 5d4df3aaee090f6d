"""What is deployed together, in order: Network, Cluster, PodNetworking, Compute, Workloads-<namespace>."""

from stacks.environment import Environment

__all__ = ["Environment"]
