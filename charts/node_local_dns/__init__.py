"""NodeLocal DNSCache: a DNS cache on every node that loses no query when it restarts."""

from charts.node_local_dns.chart import NodeLocalDns
from charts.node_local_dns.options import Options

__all__ = ["NodeLocalDns", "Options"]
