"""Which cluster kubectl talks to, and whether it is the one of the file."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from settings import Settings
from verify.finding import Finding
from verify.kubectl import Json, Kubectl

SAME = "kubectl talks to the cluster of the file"
# what `aws eks update-kubeconfig` calls a cluster (AWS CLI reference)
_ARN = re.compile(r"arn:[a-z-]+:eks:(?P<region>[a-z0-9-]+):(?P<account>[0-9]{12}):cluster/.+")


@dataclass(frozen=True)
class Cluster:
    """What the kubeconfig says.

    Attributes:
        context: Its context; empty without a kubeconfig, as in a pod, where kubectl finds the cluster by itself.
        server: URL of the API server.
        certified: The name that kubectl wants in the server's certificate, where it is not the URL's.
        name: What it calls the cluster.
    """

    context: str = ""
    server: str = ""
    certified: str = ""
    name: str = ""

    def __str__(self) -> str:
        """Give it as the head of what is told."""
        return f"context {self.context or 'none'}, server {self.server or 'none'}"

    def content(self) -> dict[str, str]:
        """Give it as plain values, for JSON."""
        return {"context": self.context, "server": self.server}


def cluster(kubectl: Kubectl) -> Cluster:
    """Give what kubectl's configuration says, without asking the server."""
    found = kubectl.configuration()
    entry: Json = next(iter(found.get("clusters") or ()), {})
    where = entry.get("cluster") or {}
    certified = "" if where.get("insecure-skip-tls-verify") else where.get("tls-server-name", "")
    return Cluster(found.get("current-context", ""), where.get("server", ""), certified, entry.get("name", ""))


def same(settings: Settings, seen: Cluster, *, any_server: bool) -> Iterator[Finding]:
    """Yield whether kubectl's server is the file's, by host name; of a cluster that the file makes, whether its ARN is.

    The name of such a cluster is CloudFormation's, and a kubeconfig that others wrote may have no ARN: then nothing.
    """
    if settings.existing_cluster is None:
        yield from _place(settings, seen)
        return
    wanted = settings.existing_cluster.endpoint_url
    if _host(wanted) in (_host(seen.server), _host(seen.certified)):
        yield Finding(SAME, seen.server)
    elif any_server:
        yield Finding(SAME, not_tried=f"--any-server takes {seen.server or 'none'} for {wanted}")
    else:
        problem = f"the server of context {seen.context or 'none'} must be {wanted}, got {seen.server or 'none'}"
        fix = (
            f"choose the context with --context (`{remember(settings)}` makes it); with a tunnel or proxy in between: "
        )
        yield Finding(SAME, "", [problem], f"{fix}--any-server")


def _place(settings: Settings, seen: Cluster) -> Iterator[Finding]:
    if found := _ARN.fullmatch(seen.name):
        wanted = {"account": settings.account, "region": settings.region}
        wrong = [
            f"{key} must be {wanted[key]}, got {got}" for key, got in found.groupdict().items() if got != wanted[key]
        ]
        yield Finding(SAME, seen.name, wrong, f"choose the context with --context (`{remember(settings)}` makes it)")


def remember(settings: Settings) -> str:
    """Give the command that puts the file's cluster into the kubeconfig; a new one's name is made by CloudFormation."""
    name = settings.existing_cluster.name if settings.existing_cluster else "<cluster>"
    return f"aws eks update-kubeconfig --name {name} --region {settings.region}"


def _host(url: str) -> str:
    """Give the host name of a URL in lower case; kubectl takes one without its scheme too."""
    try:
        return (urlsplit(url if "//" in url else f"//{url}").hostname or "").rstrip(".")
    except ValueError:
        return ""
