"""Run a command and show that it runs: python -m terminal "synthesizing dev" -- cdk synth.

What it prints comes after the clock, errors last, and its exit code is this one's; for commands of seconds.
"""

import argparse
import contextlib
import subprocess
import sys

from terminal.progress import Progress

_INTERRUPTED = 130


def main(arguments: list[str]) -> int:
    """Run it; return its exit code, 128 and the number of the signal that ended it, or 127 where it is not there."""
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
        print(f"{given.command[0]} must be there, got: {error.strerror}; type: make setup", file=sys.stderr)
        return 127
    for stream, said in ((sys.stdout, done.stdout), (sys.stderr, done.stderr)):
        with contextlib.suppress(BrokenPipeError):  # a reader that is gone keeps no errors from the other one
            stream.buffer.write(said)  # as it is: a path in it may be none in this locale
            stream.flush()
    return done.returncode if done.returncode >= 0 else 128 - done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
