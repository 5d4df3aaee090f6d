"""The handler's folder on the path, as Lambda has it."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "constructs" / "podnet" / "aws_node_env" / "handler"))
