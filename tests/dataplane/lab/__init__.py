"""A laboratory: one node with AWS's own CNI rules, the VPC around it, and packets that are watched."""
