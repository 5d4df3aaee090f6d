"""Programs that make the data files of the review from pinned modules and packages. Type: python -m tools.<name>."""

import clean_end
