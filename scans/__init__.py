"""Security scans of every environment of the repository; nothing of them runs in a synth or a deploy."""

import clean_end
