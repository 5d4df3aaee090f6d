"""The AWS emulator of the rehearsal: ministack, what it lacks, and EKS joined to a real Kubernetes control plane."""
