"""The Kubernetes API, as one user."""

import copy
import json
import ssl
import time
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from rehearsal.control_plane.connections import Connections
from rehearsal.control_plane.errors import ApiError

Json = dict[str, Any]

_APPLY = "application/apply-patch+yaml"  # JSON is YAML
_NOT_FOUND = 404
_REFUSED = 400
_TOO_MANY, _TRIES = 429, 10  # as client-go: k8s.io/client-go/rest, Request.MaxRetries


class Api:
    """Calls to an API server with a bearer token; any thread may use it."""

    def __init__(self, endpoint: str, ca_file: Path, token: str) -> None:
        self._connections = Connections(urlsplit(endpoint), ssl.create_default_context(cafile=str(ca_file)))
        self._token = token
        self._kinds: dict[tuple[str, str], tuple[str, bool]] = {}

    def as_user(self, token: str) -> "Api":
        """Give the same as another user."""
        other = copy.copy(self)
        other._token = token  # noqa: SLF001 (of its own class)
        return other

    def raw(
        self, method: str, path: str, body: object = None, content_type: str = "application/json"
    ) -> tuple[int, Any]:
        """Give status and answer of a call, whatever the status: the parsed JSON, else the text.

        A call is repeated while the server asks for patience: the storage of a kind that a CRD just brought is not
        ready at once.

        Raises:
            OSError: If the server cannot be reached.
        """
        for _ in range(_TRIES):
            status, answer, patience = self._once(method, path, body, content_type)
            if status != _TOO_MANY:
                break
            time.sleep(float(patience) if patience.isdigit() else 0.5)
        return status, answer

    def _once(self, method: str, path: str, body: object, content_type: str) -> tuple[int, Any, str]:
        """Give status, answer and Retry-After of one call."""
        headers = {"Authorization": f"Bearer {self._token}", "Accept": "application/json", "Content-Type": content_type}
        reply, text = self._connections.ask(method, path, None if body is None else json.dumps(body), headers)
        patience = reply.headers.get("Retry-After", "")
        try:
            return reply.status, json.loads(text), patience
        except ValueError:
            return reply.status, text.decode(errors="replace"), patience

    def __call__(self, method: str, path: str, body: object = None, content_type: str = "application/json") -> Json:
        """Give the parsed answer of a call.

        Raises:
            ApiError: If the status is 400 or above.
            OSError: If the server cannot be reached.
        """
        status, answer = self.raw(method, path, body, content_type)
        if status >= _REFUSED:
            raise ApiError(method, path, status, answer)
        return cast("Json", answer)

    def apply(self, obj: Json, manager: str, force: bool = True) -> Json:  # noqa: FBT001, FBT002
        """Apply an object on the server's side as field manager `manager`; give the object as it is then.

        Raises:
            ApiError: If it is refused, with status 409 and `causes` for conflicts where `force` is false.
        """
        query = f"?fieldManager={manager}&force={str(force).lower()}"
        return self("PATCH", self.path(obj) + query, obj, _APPLY)

    def get(self, obj: Json) -> Json | None:
        """Give the live object of the same kind and name, or None where there is none."""
        status, answer = self.raw("GET", self.path(obj))
        if status == _NOT_FOUND:
            return None
        if status >= _REFUSED:
            raise ApiError("GET", self.path(obj), status, answer)
        return cast("Json", answer)

    def delete(self, obj: Json) -> None:
        """Delete the object; it is no error where it is gone already."""
        status, answer = self.raw("DELETE", self.path(obj))
        if status >= _REFUSED and status != _NOT_FOUND:
            raise ApiError("DELETE", self.path(obj), status, answer)

    def path(self, obj: Json) -> str:
        """Give the path of an object from its apiVersion, kind, name and namespace (`default` where it has none).

        Raises:
            ApiError: If no such kind is served within 5 s; a kind that a CRD just brought is served a moment later.
        """
        group, kind, meta = obj["apiVersion"], obj["kind"], obj["metadata"]
        base = f"/apis/{group}" if "/" in group else f"/api/{group}"
        until = time.monotonic() + 5
        while (group, kind) not in self._kinds:
            status, served = self.raw("GET", base)
            if isinstance(served, dict):
                for resource in served.get("resources", []):
                    if "/" not in resource["name"]:
                        self._kinds[group, resource["kind"]] = (resource["name"], resource["namespaced"])
            if (group, kind) not in self._kinds:
                if time.monotonic() > until:
                    raise ApiError("GET", base, status, f"no kind {kind} is served")
                time.sleep(0.05)
        plural, namespaced = self._kinds[group, kind]
        inside = f"/namespaces/{meta.get('namespace', 'default')}" if namespaced else ""
        return f"{base}{inside}/{plural}/{meta['name']}"
