"""The CDK command line, which deploys an assembly without some permission."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from rehearsal.cdk import Cdk
from rehearsal.privilege.removal import Removal
from rehearsal.workspace import Workspace


class LesserCdk(Cdk):
    """Take permissions out of every assembly just before its deploy.

    Args:
        workspace: As the base class.
        env: As the base class.
        removals: What is taken away.
        real_pauses: As the base class.
    """

    def __init__(
        self, workspace: Workspace, env: Mapping[str, str], *, removals: Sequence[Removal], real_pauses: bool = False
    ) -> None:
        super().__init__(workspace, env, real_pauses=real_pauses)
        self._removals = removals

    def deploy(
        self, assembly: Path, name: str, note: Callable[[str], None], *, stacks: Sequence[str] = ("--all",)
    ) -> str:
        """Deploy it without them; give the output.

        Raises:
            RehearsalError: If a stack fails.
        """
        for removal in self._removals:
            take_away(removal, assembly)
        return super().deploy(assembly, name, note, stacks=stacks)


def take_away(removal: Removal, assembly: Path) -> None:
    """Take it out of the template; the template gets a new hash, since CDK uploads each hash once."""
    file = assembly / f"{removal.stack}.template.json"
    template = json.loads(file.read_text(encoding="utf-8"))
    if removal.resource not in template["Resources"]:
        return  # gone already: the same assembly is deployed again
    text = json.dumps(removal.apply(template))
    file.write_text(text, encoding="utf-8")
    listed = assembly / f"{removal.stack}.assets.json"
    files = json.loads(listed.read_text(encoding="utf-8"))["files"]
    (old,) = [key for key, entry in files.items() if entry["source"]["path"] == file.name]
    new = hashlib.sha256(text.encode()).hexdigest()
    for path in (listed, assembly / "manifest.json"):
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
