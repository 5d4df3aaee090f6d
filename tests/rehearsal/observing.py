"""The peers that exist beforehand, and ways to look at processes and ports."""

import pathlib
import socket
import time

ACCOUNT, REGION = "111111111111", "eu-west-1"
PREFIX_LISTS = ["pl-0d1a2b3c4d5e6f701", "pl-0d1a2b3c4d5e6f702"]
OFFERS = {
    "vpc-cni": ["v1.23.1-eksbuild.1"],
    "kube-proxy": ["v1.35.0-eksbuild.2"],
    "coredns": ["v1.14.3-eksbuild.11"],
    "instance types": ["m5.large"],
}
PEER = {
    "vpc_id": "vpc-0d1a2b3c4d5e6f701",
    "transit_gateway_id": None,
    "cidrs": ["10.99.0.0/16"],
    "account": ACCOUNT,
    "region": REGION,
    "route_table_ids": ["rtb-0d1a2b3c4d5e6f702"],
    "security_group_ids": ["sg-0d1a2b3c4d5e6f703"],
}
BEHIND = {
    **PEER,
    "vpc_id": None,
    "transit_gateway_id": "tgw-0d1a2b3c4d5e6f799",
    "cidrs": ["10.97.0.0/16", "10.96.0.0/16"],
    "route_table_ids": ["rtb-0d1a2b3c4d5e6f772"],
    "security_group_ids": ["sg-0d1a2b3c4d5e6f773"],
}


def commands(word):
    """The command lines of running processes that contain `word`, zombies left out."""
    found = []
    for folder in pathlib.Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if word in line:
                found.append(line)
    return found


def soon(condition, seconds):
    """Whether `condition()` becomes true within so many seconds."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.1)
    return bool(condition())


def listens(port):
    """Whether somebody accepts connections on a port of the loopback interface."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def closes(port):
    """Whether nobody listens on a port soon: a process that ends loses its command line before its sockets."""
    return soon(lambda: not listens(port), 60)
