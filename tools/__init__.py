"""Programs for whoever works on podnet: pins, the review's data files, pictures. Type: python -m tools.<name>."""

import clean_end
