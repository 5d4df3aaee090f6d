"""Least privilege tried the other way: one permission less at a time, and the deploy must notice."""
