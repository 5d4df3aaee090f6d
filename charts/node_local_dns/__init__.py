"""NodeLocal DNSCache: a DNS cache on every node that loses no query when it restarts."""

from .chart import NodeLocalDns
from .options import Options
from .upstream import KubeDnsUpstream

__all__ = ["KubeDnsUpstream", "NodeLocalDns", "Options"]
