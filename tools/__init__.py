"""Programs that make the data files of the review from pinned Go modules. Type: python -m tools.<name>."""

import clean_end
