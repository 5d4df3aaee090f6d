"""DNS messages, as little as is needed."""

from __future__ import annotations

import socket
import struct

_A, _IN, _RECURSE = 1, 1, 0x0100
_HEADER, _AFTER_NAME = 12, 4  # bytes


def query(number: int, name: str) -> bytes:
    """Return a query for the A record of a name."""
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    head = struct.pack(">6H", number & 0xFFFF, _RECURSE, 1, 0, 0, 0)
    return head + labels + b"\0" + struct.pack(">2H", _A, _IN)


def first_address(message: bytes) -> str:
    """Return the address in the first A record of an answer; empty if there is none."""
    answers = struct.unpack_from(">H", message, 6)[0]
    if not answers:
        return ""
    at = message.index(b"\0", _HEADER) + 1 + _AFTER_NAME
    while message[at] and message[at] < 0xC0:  # a name written out; else a pointer of two bytes
        at += message[at] + 1
    at += 2 if message[at] >= 0xC0 else 1
    kind, _, _, length = struct.unpack_from(">HHIH", message, at)
    return socket.inet_ntoa(message[at + 10 : at + 14]) if kind == _A and length == 4 else ""


def framed(message: bytes) -> bytes:
    """Put the length before a message, as TCP wants it (RFC 1035, 4.2.2)."""
    return struct.pack(">H", len(message)) + message
