"""How much is tried: a little in `make test`, all of it in `make fuzz`."""

import os

FULL = os.environ.get("FUZZ") == "full"
FILES = 5000 if FULL else 200
TEXTS = 1000 if FULL else 40
EVENTS = 2000 if FULL else 60
ANSWERS = 1000 if FULL else 40
