"""The Kubernetes API of one cluster, called as the handler's IAM role, within a time budget."""

import base64
import contextlib
import json
import re
import ssl
import time
import traceback
from collections.abc import Iterator, Mapping
from http.client import BAD_REQUEST, HTTPException, HTTPResponse, HTTPSConnection, IncompleteRead
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cluster_token import cluster_token

Json = dict[str, Any]
UNAUTHORIZED, FORBIDDEN, NOT_FOUND, CONFLICT = 401, 403, 404, 409
_CONNECT_SECONDS, _ANSWER_SECONDS, _ANSWER_BYTES = 5, 15, 16 << 20
_RETRIES = {0: 99, UNAUTHORIZED: 99, FORBIDDEN: 4, 429: 99, 500: 3, 502: 99, 503: 99, 504: 99}  # 0: no whole answer
_LOOK_AT = {
    UNAUTHORIZED: "look at the access entry of the handler's role: the cluster does not know it",
    FORBIDDEN: "look at the Role podnet-aws-node-env and its binding to the group of the access entry",
    NOT_FOUND: "look at the cluster: it has no such object",
    CONFLICT: "somebody else writes this object all the time: deploy again",
    422: "look at the object: another tool has given it a form that cannot take the patch",
}
_CONTROL_PLANE = "look at the cluster's health and its control-plane logs, then deploy again"
_ENDPOINT = "look at the endpoint: a private one needs the handler in the VPC and port 443 open to its security group"


class HandlerError(RuntimeError):
    """What the handler gives up on, in one sentence that a person can act on."""


class KubeError(HandlerError):
    """A request that the API server did not grant.

    Attributes:
        status: HTTP status, 0 without a whole answer.
        after: seconds that the server asks to wait.
        passing: whether it may be granted some minutes later.
        gone: whether there is nothing to ask: no endpoint, no access entry, no object.
    """

    def __init__(self, message: str, *, status: int = 0, after: float = 0, unreached: bool = False) -> None:
        super().__init__(message)
        self.status, self.after = status, after
        self.passing = status in _RETRIES and status not in (UNAUTHORIZED, FORBIDDEN)
        self.gone = unreached or status in (UNAUTHORIZED, NOT_FOUND)


@contextlib.contextmanager
def form_known() -> Iterator[None]:
    """Say of a request or an answer that has another form than the code reads that it is so, and where it was read."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
        at = traceback.extract_tb(error.__traceback__)[-1]
        said = f"{type(error).__name__} {str(error)[:200]} ({Path(at.filename).name}:{at.lineno})"
        raise HandlerError(f"request and answers must have the form that the handler knows, got {said}") from error


class KubeApi:
    """Calls that are repeated while that can help and `seconds` for all of them together last."""

    def __init__(self, properties: Mapping[str, Any], *, seconds: float) -> None:
        self._until = time.monotonic() + seconds
        self._token, self._endpoint = cluster_token(properties["ClusterName"]), properties["Endpoint"]
        try:
            authority = base64.b64decode(properties["CertificateAuthority"]).decode()
            self._tls = ssl.create_default_context(cadata=authority)
        except (ValueError, ssl.SSLError) as error:
            raise HandlerError(f"CertificateAuthority must be base64 of a PEM certificate, got {error}") from error

    def get(self, path: str) -> Json:
        """Read an object or a list."""
        return self._call("GET", path, None, "json")

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
                if tries >= _RETRIES.get(error.status, 0) or time.monotonic() + pause >= self._until:
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
            raise KubeError(reason, unreached=not isinstance(error, ssl.SSLError | ConnectionResetError)) from error
        try:
            http.sock.settimeout(seconds)
            http.request(*request)
            reply = http.getresponse()
            text = _read(reply, until=time.monotonic() + seconds)
        except (OSError, HTTPException) as error:
            said = str(error)[:200] or type(error).__name__
            raise KubeError(f"{what} got no whole answer: {said}; {_CONTROL_PLANE}") from error
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
        reason = f"{what} was refused with {status}: {said}; {_LOOK_AT.get(status, _CONTROL_PLANE)}"
        raise KubeError(reason, status=status, after=float(after) if after.isdigit() else 0)
    if not isinstance(answer, dict):
        raise KubeError(f"{what} was answered with {status} and no JSON: {said!r}; {_ENDPOINT}", status=status)
    return answer
