"""Run a command and show that it runs: python -m terminal "synthesizing dev" -- cdk synth.

What it prints comes after the clock, errors last, and its exit code is this one's; for commands of seconds.
"""

import argparse
import os
import subprocess
import sys
from typing import TextIO

from terminal.progress import Progress

_INTERRUPTED = 130


def main(arguments: list[str]) -> int:
    """Run it; return its exit code, 128 and the number of the signal that ended it, or 127 where it is not there.

    Where what it prints cannot be written, as on a full disk, that is told, and success is no success: 1.
    """
    parser = argparse.ArgumentParser(prog="python -m terminal", description="Run a command and show that it runs.")
    parser.add_argument("label", help="what the command does")
    parser.add_argument("command", nargs="+", help="the command, after --")
    given = parser.parse_args(arguments)
    try:
        with Progress(given.label) as progress:
            done = subprocess.run(given.command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
            progress.failed = done.returncode != 0
    except KeyboardInterrupt:
        return _INTERRUPTED
    except OSError as error:
        fix = "install Node.js 20 or later, which brings it" if given.command[0] == "npx" else "type: make setup"
        print(f"{given.command[0]} must be there, got: {error.strerror}; {fix}", file=sys.stderr)
        return 127
    refused = [_write(sys.stdout, done.stdout), _write(sys.stderr, done.stderr)]
    for why in filter(None, refused):
        print(f"what {given.command[0]} prints must be written, got: {why}", file=sys.stderr)
    code = done.returncode if done.returncode >= 0 else 128 - done.returncode
    return code or int(any(refused))


def _write(stream: TextIO, said: bytes) -> str:
    """Write it as it is, since a path in it may be none in this locale; return why that cannot be done.

    A reader that is gone is no error, and keeps none from the other stream.
    """
    try:
        stream.buffer.write(said)
        stream.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())  # what is left is flushed at the end
        return "" if isinstance(error, BrokenPipeError) else str(error.strerror)
    return ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
