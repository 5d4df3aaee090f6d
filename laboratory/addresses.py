"""Who has which address in the laboratory."""

LOCAL, CLUSTER_IP, UPSTREAM = "169.254.20.10", "172.20.0.10", "172.20.0.20"
SECOND = ("169.254.20.11", "172.20.0.11")  # of a second cache on the same node
POD, NODE_FOR_POD, NODE_FOR_SERVERS = "10.9.0.2", "10.9.0.1", "10.9.1.1"
CORE_DNS, PEER, OTHER_PEER, NODE_RESOLVER, NOBODY = "10.9.1.2", "10.9.1.3", "10.9.1.4", "10.9.1.5", "10.9.1.99"
MORE_RESOLVERS = [f"10.9.7.{n}" for n in range(1, 16)]  # they answer as the node's resolver does
IPV6 = ("fd00::10", "fd00:20::a")
POD6, NODE_FOR_POD6, NODE_FOR_SERVERS6, CORE_DNS6 = "fd00:9::2", "fd00:9::1", "fd00:91::1", "fd00:91::2"
BIG = 310  # A records: an answer of about 5,000 bytes, of 11,500 where names are written out
