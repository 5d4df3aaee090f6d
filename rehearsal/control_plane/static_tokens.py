"""Bearer tokens that the API server knows itself."""

import secrets
from collections.abc import Sequence
from pathlib import Path

from rehearsal.control_plane.kubeconfig import write_private


class StaticTokens:
    """Random tokens, each for one user and its groups."""

    def __init__(self) -> None:
        self._rows: list[str] = []

    def add(self, user: str, groups: Sequence[str]) -> str:
        """Give a new token for `user` in `groups`."""
        token = secrets.token_urlsafe(24)
        self._rows.append(f'{token},{user},{user},"{",".join(groups)}"\n')
        return token

    def write(self, path: Path) -> None:
        """Write the file that `--token-auth-file` reads, for its owner only."""
        write_private(path, "".join(self._rows))
