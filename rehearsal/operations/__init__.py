"""Every operation of docs/operations.md on one deployed environment."""
