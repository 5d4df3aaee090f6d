"""What kubectl says when it fails, without the log of its libraries, and what to do about it."""

import re

_MOST = 400
_LOG = re.compile(r'[IWEF]\d{4} [\d:.]+ +\d+ [\w.-]+:\d+\] ("Unhandled Error" err=)?')  # klog's head of a line
_CREDENTIALS = re.compile("getting credentials|logged in to the server|provide credentials|Unauthorized", re.IGNORECASE)
_RIGHTS = re.compile(r"cannot \w+ resource")  # of RBAC; admission is Forbidden too
_KUBELET = re.compile(r":10250/")  # the API server asks the node itself, for logs
_CONNECTION = re.compile(
    "unable to connect|connection to the server|refused|reset by peer|no such host|unreachable|time(d )?out|deadline"
    "|x509|tls: |EOF|context|configuration",
    re.IGNORECASE,
)


def said(error: str) -> str:
    """Give kubectl's last line; with the line before it where that is of the program that gives credentials."""
    lines = [line for line in error.splitlines() if line.strip()]
    own = [line.strip() for line in lines if not _LOG.match(line) and not line[0].isspace()]
    if not own:
        return _LOG.sub("", lines[-1]).strip()[:_MOST] if lines else "no word"
    before = own[-2] if "exec: executable" in own[-1] and own[:-1] else ""
    return f"{own[-1]}{f' ({before})' if before else ''}"[:_MOST]


def fix(what: str, remember: str) -> str:
    """Give what to do about it. `remember`: the command that puts the cluster into the kubeconfig."""
    if _CREDENTIALS.search(what):
        return f"check the AWS credentials (`aws sts get-caller-identity`), and the kubeconfig: `{remember}`"
    if _RIGHTS.search(what):
        return "an administrator of the cluster gives that right"
    if _KUBELET.search(what):
        return (
            "the API server gets logs from the node: the nodes' group must admit TCP 10250 from the cluster's, and "
            "`kubectl get csr` must show no kubelet's certificate as Pending; nodes of a rehearsal have no logs"
        )
    if _CONNECTION.search(what):
        return f"`{remember}`; a private endpoint is reached from its VPC only"
    return "put that right and run it again"
