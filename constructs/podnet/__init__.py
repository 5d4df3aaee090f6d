"""What security groups for pods and a node-local DNS cache mean on AWS, as CDK constructs."""
