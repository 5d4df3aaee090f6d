"""What a person sees at the terminal while something runs."""

from terminal.progress import Progress

__all__ = ["Progress"]
