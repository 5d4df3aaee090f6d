"""A delivery pipeline for the environments of this repository; it stands outside the app, which does not know it."""

import clean_end
