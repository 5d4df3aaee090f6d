"""Run the AWS command line of a layer: python -IS aws_command_line.py <its folder in the layer> <its arguments>.

CDK's kubectl function calls it twice for each manifest, and each time it imports for half a second what then works for
a tenth. So the first call of a sandbox leaves a process behind that forks for every later one: the same code, imported
once. SANDBOX is its folder; it ends with the process SANDBOX_PID.
"""

import contextlib
import importlib
import json
import os
import signal
import socket
import struct
import sys
import traceback
from typing import NoReturn

_SOCKET, _LENGTH, _FILES = "aws-command-line", struct.Struct("<I"), (0, 1, 2)
_CRASHED, _LOOK_SECONDS = 255, 0.5


def main(layer: str, arguments: list[str]) -> int:
    """Run it; give its exit code."""
    folder, sandbox = os.environ["SANDBOX"], int(os.environ["SANDBOX_PID"])
    answered = _ask(folder, arguments)
    if answered is not None:
        return answered
    sys.path.insert(0, layer)
    given = dict(os.environ)
    for module in ("awscli.clidriver", "awscli.handlers"):
        importlib.import_module(module)
    its_own = {name: text for name, text in os.environ.items() if given.get(name) != text}  # where its data is
    if os.fork() == 0:
        _serve(folder, sandbox, its_own)
    return _run(arguments)


def _run(arguments: list[str]) -> int:
    sys.argv = ["aws", *arguments]
    try:
        code = importlib.import_module("awscli.clidriver").main()
    except SystemExit as error:
        code = error.code
    return code if isinstance(code, int) else int(code is not None)  # as sys.exit takes it


def _ask(folder: str, arguments: list[str]) -> int | None:
    here = os.getcwd()  # noqa: PTH109  (a socket's path is short: relative to its folder)
    body = json.dumps({"arguments": arguments, "folder": here, "environment": dict(os.environ)}).encode()
    with socket.socket(socket.AF_UNIX) as call:
        os.chdir(folder)
        try:
            call.connect(_SOCKET)
        except OSError:
            return None
        finally:
            os.chdir(here)
        socket.send_fds(call, [_LENGTH.pack(len(body))], _FILES)
        call.sendall(body)
        code = call.recv(1)
    return code[0] if code else _CRASHED


def _serve(folder: str, sandbox: int, its_own: dict[str, str]) -> NoReturn:
    null = os.open(os.devnull, os.O_RDWR)
    for file in _FILES:
        os.dup2(null, file)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # so that no child waits to be asked how it ended
    os.chdir(folder)
    listener = socket.socket(socket.AF_UNIX)
    listener.settimeout(_LOOK_SECONDS)
    try:
        listener.bind(_SOCKET)
        listener.listen()
        while _lives(sandbox):
            with contextlib.suppress(TimeoutError):
                call, _ = listener.accept()
                if os.fork() == 0:
                    _answer(call, its_own)
                call.close()
    except OSError:
        pass  # two first calls at once: the other one's process serves
    os._exit(0)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def _answer(call: socket.socket, its_own: dict[str, str]) -> NoReturn:
    code = _CRASHED
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        head, files, *_ = socket.recv_fds(call, _LENGTH.size, len(_FILES))
        (length,) = _LENGTH.unpack(head)
        asked = json.loads(call.recv(length, socket.MSG_WAITALL))
        for file, given in zip(_FILES, files, strict=True):
            os.dup2(given, file)
        os.chdir(asked["folder"])
        os.environ.clear()
        os.environ.update(asked["environment"] | its_own)
        code = _run(asked["arguments"])
    except BaseException:  # noqa: BLE001  (it must not go on as a second server)
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        call.sendall(bytes([code]))
        os._exit(code)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
