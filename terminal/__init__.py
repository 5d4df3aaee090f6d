"""What a person sees at the terminal while something runs."""

import clean_end

from terminal.progress import Progress

__all__ = ["Progress"]
