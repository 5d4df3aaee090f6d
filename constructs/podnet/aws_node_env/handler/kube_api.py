"""The Kubernetes API of one cluster, called as the handler's IAM role, within a time budget."""

import base64
import contextlib
import json
import re
import ssl
import time
from collections.abc import Iterator, Mapping
from http.client import BAD_REQUEST, CONFLICT, HTTPException, HTTPResponse, HTTPSConnection, IncompleteRead
from typing import Any
from urllib.parse import quote, urlsplit

from cluster_token import cluster_token
from errors import FORBIDDEN, KINDS, NOT_FOUND, UNAUTHORIZED, UNPROCESSABLE, GoneError, HandlerError, KubeError

Json = dict[str, Any]
_CONNECT_SECONDS, _ANSWER_SECONDS, _ANSWER_BYTES = 5, 15, 16 << 20
_PAGE = 100  # objects; a page of pods is about 1 MB, one of nodes 2
# 500 for what a patch can never do to this object: sigs.k8s.io/structured-merge-diff, typed
_NEVER = re.compile("typed patch object|not declared in schema|duplicate entries")
_LOOK_AT = {
    UNAUTHORIZED: "look at the access entry of the handler's role: the cluster does not know it",
    FORBIDDEN: "look at the Role podnet-aws-node-env and its binding to the group of the access entry",
    NOT_FOUND: "look at the cluster: it has no such object",
    CONFLICT: "somebody else writes this object all the time: deploy again",
    UNPROCESSABLE: "look at the object: another tool has given it a form that cannot take the patch",
}
_CONTROL_PLANE = "look at the cluster's health and its control-plane logs, then deploy again"
_ENDPOINT = "look at the endpoint: a private one needs the handler in the VPC and port 443 open to its security group"


class KubeApi:
    """Calls that are repeated while that can help and `seconds` for all of them together last."""

    def __init__(self, properties: Mapping[str, Any], *, seconds: float) -> None:
        self._until = time.monotonic() + seconds
        self._token, self._endpoint = cluster_token(properties["ClusterName"]), properties["Endpoint"]
        try:
            authority = base64.b64decode(properties["CertificateAuthority"]).decode()
            self._tls = ssl.create_default_context(cadata=authority)
            # Python 3.13 and later refuse an authority without key identifiers; clusters that began as 1.16 have one
            self._tls.verify_flags &= ~ssl.VERIFY_X509_STRICT
        except (ValueError, ssl.SSLError) as error:
            raise HandlerError(f"CertificateAuthority must be base64 of a PEM certificate, got {error}") from error

    def get(self, path: str) -> Json:
        """Read an object or a list."""
        return self._call("GET", path, None, "json")

    def items(self, path: str) -> Iterator[Json]:
        """Read a list, `path` with a query, page by page, so that memory knows no number of objects."""
        following = f"&limit={_PAGE}"
        while following:
            page = self.get(path + following)
            yield from page["items"]
            token = page["metadata"].get("continue")
            following = f"&limit={_PAGE}&continue={quote(token)}" if token else ""

    def patch(self, path: str, body: Json, kind: str) -> Json:
        """Patch an object; give it as it is then."""
        return self._call("PATCH", path, json.dumps(body), kind)

    def _call(self, method: str, path: str, body: str | None, kind: str) -> Json:
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": f"application/{kind}"}
        tries = 0
        while True:
            try:
                return self._once(f"{method} {describe(path)}", (method, path, body, headers))
            except KubeError as error:
                pause = error.after or min(0.25 * 2**tries, 5)
                if tries >= error.retries or time.monotonic() + pause >= self._until:
                    raise
                time.sleep(pause)
                tries += 1

    def _once(self, what: str, request: tuple[str, str, str | None, dict[str, str]]) -> Json:
        where = urlsplit(self._endpoint)
        http = HTTPSConnection(where.hostname or "", where.port, timeout=_CONNECT_SECONDS, context=self._tls)
        seconds = max(1.0, min(_ANSWER_SECONDS, self._until - time.monotonic()))
        try:
            http.connect()
        except ssl.SSLCertVerificationError as error:
            reason = f"{what} was not sent, the certificate of {self._endpoint} is not trusted: {error.verify_message}"
            raise HandlerError(f"{reason}; look at CertificateAuthority, it must be the cluster's own") from error
        except OSError as error:
            reason = f"{what} did not reach {self._endpoint}: {str(error)[:200]}; {_ENDPOINT}"
            somebody_listens = isinstance(error, ssl.SSLError | ConnectionResetError)
            raise (KubeError if somebody_listens else GoneError)(reason) from error
        try:
            http.sock.settimeout(seconds)
            http.request(*request)
            reply = http.getresponse()
            text = _read(reply, until=time.monotonic() + seconds)
        except (OSError, HTTPException) as error:
            raise KubeError(f"{what} got no whole answer: {str(error)[:200]}; {_CONTROL_PLANE}") from error
        finally:
            http.close()
        return _judge(what, reply, text)


def describe(path: str) -> str:
    """Give a path as a person says it: `daemonsets kube-system/aws-node`."""
    found = re.search(r"/namespaces/([^/?]+)/([^/?]+)(/[^/?]+)?", path)
    return f"{found[2]} {found[1]}{found[3] or ''}" if found else path


def _read(reply: HTTPResponse, *, until: float) -> bytes:
    text = bytearray()
    while chunk := reply.read1(1 << 16):
        text += chunk
        if len(text) > _ANSWER_BYTES or time.monotonic() > until:
            raise TimeoutError("the answer does not end")
    if reply.length:
        raise IncompleteRead(b"", reply.length)
    return bytes(text)


def _judge(what: str, reply: HTTPResponse, text: bytes) -> Json:
    status, after, answer = reply.status, reply.headers.get("Retry-After", ""), None
    with contextlib.suppress(ValueError):
        answer = json.loads(text)
    said = str(answer.get("message"))[:300] if isinstance(answer, dict) else text[:200].decode(errors="replace")
    if status >= BAD_REQUEST:
        kind = UNPROCESSABLE if _NEVER.search(said) else status
        reason = f"{what} was refused with {status}: {said}; {_LOOK_AT.get(kind, _CONTROL_PLANE)}"
        raise KINDS.get(kind, KubeError)(reason, status=kind, after=float(after) if after.isdigit() else 0)
    if not isinstance(answer, dict):
        raise KubeError(f"{what} was answered with {status} and no JSON: {said!r}; {_ENDPOINT}", status=status)
    return answer
