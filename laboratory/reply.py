"""What dig saw."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Reply:
    """One answer: "NOERROR", "NXDOMAIN", "SERVFAIL" … or "NONE"; the records' data; the least TTL in seconds."""

    status: str
    records: list[str]
    ttl: int | None
    milliseconds: int
    size: int

    @classmethod
    def of(cls, printed: str) -> Reply:
        """Read what dig printed."""
        status = re.search(r"status: (\w+)", printed)
        records = re.findall(r"^\S+\t+(?:\S+\t+)*?(\d+)\s+IN\s+\S+\s+(\S.*)$", printed.replace(" ", "\t"), re.MULTILINE)
        took, size = re.search(r"Query time: (\d+)", printed), re.search(r"MSG SIZE\s+rcvd: (\d+)", printed)
        return cls(
            status=status[1] if status else "NONE",
            records=[data for _, data in records],
            ttl=min((int(ttl) for ttl, _ in records), default=None),
            milliseconds=int(took[1]) if took else 0,
            size=int(size[1]) if size else 0,
        )
