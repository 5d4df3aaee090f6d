"""Kubernetes objects, written with cdk8s: no AWS in here."""
