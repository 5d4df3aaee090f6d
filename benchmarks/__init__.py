"""Side-by-side measurements: each prints both sides and the ratio, and writes build/benchmarks/<name>.json."""

import clean_end
