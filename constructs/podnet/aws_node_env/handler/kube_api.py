"""The Kubernetes API of one cluster, within a time budget."""

import base64
import contextlib
import http.client
import json
import ssl
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from cluster_token import cluster_token
from faults import KubeError

Json = dict[str, Any]

_CONNECT_SECONDS, _ANSWER_SECONDS, _ANSWER_BYTES = 5, 15, 16 << 20
_UNAUTHORIZED, _FORBIDDEN, _TOO_MANY, _REFUSED = 401, 403, 429, 400
_RETRIES = {_UNAUTHORIZED: 99, _FORBIDDEN: 4, _TOO_MANY: 99, 500: 3, 502: 99, 503: 99, 504: 99}
_LOOK_AT = {
    _UNAUTHORIZED: "look at the access entry of the handler's role: the cluster does not know it",
    _FORBIDDEN: "look at the Role podnet-aws-node-env and its binding to the group of the access entry",
    404: "look at the cluster: it has no such object",
    409: "somebody else writes this object all the time: deploy again",
    422: "look at the object: another tool has given it a form that cannot take the patch",
}
_CONTROL_PLANE = "look at the cluster's health and its control-plane logs, then deploy again"
_ENDPOINT = "look at the endpoint: a private one needs the handler in the VPC and port 443 open to its security group"


class KubeApi:
    """Calls as the handler's IAM role; retried while that can help and the budget lasts.

    Args:
        properties: ClusterName, Endpoint and CertificateAuthority (base64 of PEM), as CloudFormation gives them.
        seconds: time for all calls together.
    """

    def __init__(self, properties: Mapping[str, Any], *, seconds: float) -> None:
        self._until = time.monotonic() + seconds
        self._token = cluster_token(properties["ClusterName"])
        self._endpoint = properties["Endpoint"]
        where = urlsplit(self._endpoint)
        try:
            tls = ssl.create_default_context(cadata=base64.b64decode(properties["CertificateAuthority"]).decode())
        except (ValueError, ssl.SSLError) as error:
            raise KubeError(f"CertificateAuthority must be base64 of a PEM certificate, got {error}") from error
        self._http = http.client.HTTPSConnection(where.hostname or "", where.port, context=tls)

    def get(self, path: str, accept: str = "application/json") -> Json:
        """Read an object or a list."""
        return self._call("GET", path, None, {"Accept": accept})

    def patch(self, path: str, body: Json, kind: str) -> Json:
        """Patch an object; give it as it is then."""
        return self._call("PATCH", path, json.dumps(body), {"Accept": "application/json", "Content-Type": kind})

    def _call(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Json:
        retry = 0
        while True:
            try:
                return self._once(f"{method} {describe(path)}", method, path, body, headers)
            except KubeError as error:
                self._http.close()
                pause = error.after or min(0.25 * 2**retry, 5)
                allowed = _RETRIES.get(error.status, 99) if error.again else 0
                if retry >= allowed or time.monotonic() + pause >= self._until:
                    raise
            retry += 1
            time.sleep(pause)

    def _once(self, what: str, method: str, path: str, body: str | None, headers: dict[str, str]) -> Json:
        left = max(1.0, self._until - time.monotonic())
        seconds = min(_ANSWER_SECONDS, left)
        try:
            if self._http.sock is None:
                self._connect(what, left)
            self._http.sock.settimeout(seconds)
            self._http.request(method, path, body, {"Authorization": f"Bearer {self._token}", **headers})
            reply = self._http.getresponse()
            text = _read(reply, until=time.monotonic() + seconds)
        except (OSError, http.client.HTTPException) as error:
            said = _short(error) or type(error).__name__
            raise KubeError(f"{what} got no whole answer: {said}; {_CONTROL_PLANE}", again=True) from error
        return _judge(what, reply, text)

    def _connect(self, what: str, left: float) -> None:
        self._http.timeout = min(_CONNECT_SECONDS, left)
        try:
            self._http.connect()
        except ssl.SSLCertVerificationError as error:
            reason = f"{what} was not sent, the certificate of {self._endpoint} is not trusted: {error.verify_message}"
            raise KubeError(f"{reason}; look at CertificateAuthority, it must be the cluster's own") from error
        except OSError as error:
            reason = f"{what} did not reach {self._endpoint}: {_short(error)}; {_ENDPOINT}"
            gone = not isinstance(error, ssl.SSLError | ConnectionResetError)
            raise KubeError(reason, again=True, gone=gone) from error


def describe(path: str) -> str:
    """Give a path as a person says it: `daemonsets kube-system/aws-node`."""
    start, _, place = path.partition("?")[0].partition("/namespaces/")
    namespace, _, rest = place.partition("/")
    kind, _, name = rest.partition("/")
    return f"{kind} {namespace}/{name}".rstrip("/") if kind else start


def _read(reply: http.client.HTTPResponse, *, until: float) -> bytes:
    text = bytearray()
    while chunk := reply.read1(1 << 16):
        text += chunk
        if len(text) > _ANSWER_BYTES or time.monotonic() > until:
            raise TimeoutError("the answer does not end")
    if reply.length:
        raise http.client.IncompleteRead(b"", reply.length)
    reply.close()  # read1 leaves it open, and the connection with it
    return bytes(text)


def _judge(what: str, reply: http.client.HTTPResponse, text: bytes) -> Json:
    answer: object = None
    with contextlib.suppress(ValueError):
        answer = json.loads(text)
    status = reply.status
    if status < _REFUSED and isinstance(answer, dict):
        return answer
    said = str(answer.get("message") if isinstance(answer, dict) else text[:200].decode(errors="replace"))[:300]
    if status < _REFUSED:
        raise KubeError(f"{what} was answered with {status} and no JSON: {said!r}; {_ENDPOINT}", status=status)
    seconds = reply.headers.get("Retry-After", "")
    raise KubeError(
        f"{what} was refused with {status}: {said}; {_LOOK_AT.get(status, _CONTROL_PLANE)}",
        status=status,
        again=status in _RETRIES,
        after=float(seconds) if seconds.isdigit() else 0,
    )


def _short(error: BaseException) -> str:
    return str(error)[:200]
