"""The Corefile of the servers behind the node: every name has an answer, some have special ones."""

from laboratory.addresses import BIG, CORE_DNS, CORE_DNS6, MORE_RESOLVERS, NODE_RESOLVER, OTHER_PEER, PEER

_ZONE = """{zone} {{
    bind {address}
    {log}
    template IN A {{
        match ^big[.]
        {big}
        fallthrough
    }}
    template ANY ANY {{
        match (^|[.])absent[.]
        rcode NXDOMAIN
        authority "{zone} 60 IN SOA ns.{zone} admin.{zone} 1 60 60 60 60"
        fallthrough
    }}
    template IN A {{
        answer "{{{{ .Name }}}} 5 IN A {record}"
    }}
    template IN AAAA {{
        answer "{{{{ .Name }}}} 5 IN AAAA fd00::1"
    }}
    template IN PTR {{
        answer "{{{{ .Name }}}} 5 IN PTR pod.cluster.local."
    }}
}}
"""


def stand_ins(also_on_core_dns: str, *, without: str, log: bool) -> str:
    """Return it: CoreDNS's zones, a peer's on two resolvers, all else on the node's; none on the address `without`.

    TTLs are 5 s; `big.` has an answer of 5,000 bytes, a name with the label `absent` none.
    """
    big = "\n        ".join(f'answer "{{{{ .Name }}}} 5 IN A 10.2.{n // 250}.{n % 250}"' for n in range(BIG))
    known = (
        (f"cluster.local in-addr.arpa ip6.arpa {also_on_core_dns}", f"{CORE_DNS} {CORE_DNS6}", "10.1.2.3"),
        ("corp.example.com", PEER, "10.3.0.1"),
        ("corp.example.com", OTHER_PEER, "10.3.0.1"),
        (".", " ".join([NODE_RESOLVER, *MORE_RESOLVERS]), "192.0.2.1"),
    )
    texts = [
        _ZONE.format(zone=zone, address=address, record=record, big=big, log="log" if log else "").replace("..", ".")
        for zones, address, record in known
        for zone in zones.split()
        if without not in address.split()
    ]
    return "".join(texts)
