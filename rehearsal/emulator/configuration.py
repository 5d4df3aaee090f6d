"""What the launcher is told by the driver."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """Read from a JSON file of mode 0600.

    Attributes:
        folder: Where state, logs and control planes go.
        port: Port of 127.0.0.1 for all AWS calls.
        account: Account id that the default credentials belong to.
        region: Region of calls that name none.
        programs: Kubernetes programs by name.
        kwok: Folder of kwok's module.
        vpc_cni: Folder of AWS's VPC CNI.
        vpc_resource_controller: Folder of AWS's VPC resource controller.
        node_modules: Folder with the SDK clients that CDK's Node handlers import.
        peers: VPCs that exist before the deployment (`rehearsal.emulator.seed`).
        roles: ARNs of IAM roles that exist before it.
        prefix_lists: Ids of prefix lists that exist before it.
        offers: Versions of add-ons by name, and `instance types`, that AWS has.
        heals: Whether programs of a control plane that end by themselves are started again, as EKS does.
    """

    folder: str
    port: int
    account: str
    region: str
    programs: dict[str, str]
    kwok: str
    vpc_cni: str
    vpc_resource_controller: str
    node_modules: str
    peers: list[dict[str, Any]]
    roles: list[str]
    prefix_lists: list[str]
    offers: dict[str, list[str]] = field(default_factory=dict)
    heals: bool = False

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the file."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))

    def write(self, path: Path) -> Path:
        """Write the file; give its path."""
        path.touch(mode=0o600)
        path.write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")
        return path
