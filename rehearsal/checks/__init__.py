"""What is proven about a deployment, through the APIs of AWS and Kubernetes only."""
