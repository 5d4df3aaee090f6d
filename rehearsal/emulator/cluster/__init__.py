"""EKS operations joined to real Kubernetes control planes."""
