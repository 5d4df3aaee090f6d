"""Run inside a namespace: ask names at a fixed rate without retry, or answer them late.

queries.py ask SERVER NAME RATE SECONDS [unique] [tcp]   prints {"sent": …, "lost": …, "longest_gap_s": …}
queries.py answer ADDRESS DELAY_S                        answers every A query so late, until it is ended
"""

import asyncio
import itertools
import json
import socket
import struct
import sys
import time

TIMEOUT_S = 2


def question(name: str, number: int) -> bytes:
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    return struct.pack(">6H", number & 0xFFFF, 0x0100, 1, 0, 0, 0) + labels + b"\0\0\1\0\1"


def answer(query: bytes) -> bytes:
    end = query.index(b"\0", 12) + 5
    head = query[:2] + struct.pack(">5H", 0x8580, 1, 1, 0, 0)
    return head + query[12:end] + b"\xc0\x0c\0\1\0\1\0\0\0\5\0\4\12\1\2\4"


def good(reply: bytes) -> bool:
    return len(reply) > 12 and reply[3] & 0xF == 0 and reply[7] > 0


async def by_udp(server: str, query: bytes) -> bool:
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setblocking(False)
        await loop.sock_connect(sock, (server, 53))
        await loop.sock_sendall(sock, query)
        return good(await loop.sock_recv(sock, 4096))


async def by_tcp(server: str, query: bytes) -> bool:
    reader, writer = await asyncio.open_connection(server, 53)
    try:
        writer.write(struct.pack(">H", len(query)) + query)
        return good((await reader.readexactly(2)) and await reader.read(4096))
    finally:
        writer.close()


async def ask(server: str, name: str, rate: str, seconds: str, *how: str) -> None:
    send, good_at, lost = by_tcp if "tcp" in how else by_udp, [time.monotonic()], 0

    async def one(number: int) -> None:
        nonlocal lost
        full = f"q{number}.{name}" if "unique" in how else name
        try:
            answered = await asyncio.wait_for(send(server, question(full, number)), TIMEOUT_S)
        except (TimeoutError, OSError, asyncio.IncompleteReadError):
            answered = False
        if answered:
            good_at.append(time.monotonic())
        else:
            lost += 1

    count, start, tasks = int(float(rate) * float(seconds)), time.monotonic(), []
    for number in range(count):
        await asyncio.sleep(max(0, start + number / float(rate) - time.monotonic()))
        tasks.append(asyncio.create_task(one(number)))
    await asyncio.gather(*tasks)
    gap = max((b - a for a, b in itertools.pairwise(good_at)), default=0)
    print(json.dumps({"sent": count, "lost": lost, "longest_gap_s": round(gap, 3)}))  # noqa: T201  its result


class Late(asyncio.DatagramProtocol):
    """Answers each query after a while."""

    def __init__(self, delay_s: float) -> None:
        self.delay_s = delay_s

    def connection_made(self, transport) -> None:
        self.transport = transport

    def datagram_received(self, data, addr) -> None:
        asyncio.get_running_loop().call_later(self.delay_s, self.transport.sendto, answer(data), addr)


async def serve(address: str, delay_s: str) -> None:
    loop = asyncio.get_running_loop()
    await loop.create_datagram_endpoint(lambda: Late(float(delay_s)), local_addr=(address, 53))
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run({"ask": ask, "answer": serve}[sys.argv[1]](*sys.argv[2:]))
