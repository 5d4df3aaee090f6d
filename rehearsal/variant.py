"""The second deploy's environment file: a copy in which something of each kind changed."""

import re
from pathlib import Path
from typing import Any

import yaml

from rehearsal.errors import RehearsalError
from rehearsal.named import is_named, rules_of

_PORTS = range(9443, 9999)


class Variant:
    """A changed copy of an environment file, under the same name and so for the same stacks.

    Changed are the version of the vpc-cni add-on, a variable of aws-node, a rule of the first workload, and the number
    of workloads: one goes where its namespace keeps another, so that no stack is left without an app. Where none can,
    manifests are applied again: kubectl's functions of a new cluster have to be called, since they are seen to wake up.

    Args:
        source: The environment file.
        folder: Where the copy goes.

    Attributes:
        path: The copy.
        changes: What changed, in words.
    """

    def __init__(self, source: Path, folder: Path) -> None:
        self.path = folder / source.name
        self.changes: list[str] = []
        content: dict[str, Any] = yaml.safe_load(source.read_text(encoding="utf-8"))
        self._change_addon(content["pod_networking"]["vpc_cni"])
        self._change_variable(content["pod_networking"].setdefault("env", {}))
        workloads = content.get("workloads") or []
        if workloads:
            self._change_rule(workloads[0])
        if not self._drop_workload(workloads) and content.get("cluster"):
            self._apply_again(content["pod_networking"])
        self.path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")

    def _change_addon(self, vpc_cni: dict[str, Any]) -> None:
        """Raise the patch number: an upgrade as it comes along every few weeks."""
        found = re.fullmatch(r"v(\d+)\.(\d+)\.(\d+)-eksbuild\.\d+", vpc_cni["version"])
        if not found:
            raise RehearsalError(f"pod_networking.vpc_cni.version must be like v1.23.1-eksbuild.1, got {vpc_cni}")
        major, minor, patch = (int(part) for part in found.groups())
        new = f"v{major}.{minor}.{patch + 1}-eksbuild.1"
        self.changes.append(f"vpc-cni {vpc_cni['version']} -> {new}")
        vpc_cni["version"] = new

    def _change_variable(self, env: dict[str, str]) -> None:
        old = env.get("WARM_IP_TARGET", "0")
        env["WARM_IP_TARGET"] = str(int(old) + 2)
        self.changes.append(f"WARM_IP_TARGET {old} -> {env['WARM_IP_TARGET']}")

    def _change_rule(self, workload: dict[str, Any]) -> None:
        rules = workload.setdefault("ingress", [])
        port = next(port for port in _PORTS if port not in [rule.get("port") for rule in rules])
        rules.append({"protocol": "tcp", "port": port, "from": {"cluster": True}})
        self.changes.append(f"{workload['name']} admits port {port}")

    def _apply_again(self, networking: dict[str, Any]) -> None:
        networking["run_again"] = "twice" if networking.get("run_again") == "once" else "once"
        self.changes.append("every manifest is applied again")

    def _drop_workload(self, workloads: list[dict[str, Any]]) -> bool:
        """Drop the last workload that no other names and whose namespace has more; say whether there was one.

        A rule between namespaces keeps its workload: it has to go in a deploy before.
        """
        for workload in reversed(workloads):
            others = [w for w in workloads if w["namespace"] == workload["namespace"] and w is not workload]
            bound = is_named(workload, workloads) or "'namespace':" in str(rules_of([workload]))
            if others and not bound:
                workloads.remove(workload)
                self.changes.append(f"{workload['namespace']}/{workload['name']} is gone")
                return True
        return False
