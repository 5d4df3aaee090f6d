"""The ids of routes, by which a later deploy knows them again."""

from collections.abc import Iterator, Sequence
from itertools import product

import aws_cdk as cdk


def route_ids(name: str, tables: Sequence[str], cidrs: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Yield (construct id, table, range) of a route in each table, which several subnets may share, to each range.

    A known table is named by its id, and ranges after the first one by themselves: what moves in its list would else be
    made a second time, which EC2 refuses, before the old one is deleted.
    """
    for (number, table), (place, cidr) in product(enumerate(dict.fromkeys(tables), 1), enumerate(cidrs)):
        of_table = f"{name}{number if cdk.Token.is_unresolved(table) else f'-{table}'}"
        yield f"{of_table}-{cidr}" if place else of_table, table, cidr
