"""The emulator's own operations, called in the process."""

import json
import re
from typing import Any
from xml.etree import ElementTree as ET

from ministack.services import ec2

from rehearsal.emulator.refused import RefusedError

_REFUSED = 400
_NAMESPACE = re.compile(r' xmlns="[^"]*"')


def call_ec2(action: str, **parameters: object) -> ET.Element:
    """Call an EC2 operation as the query API does; parameters that are None are left out; give the answer's root.

    Raises:
        RefusedError: If the emulator refuses it.
    """
    query = {name.replace("__", "."): [str(value)] for name, value in parameters.items() if value is not None}
    status, _headers, body = ec2._ACTION_MAP[action](query)
    text = body.decode() if isinstance(body, bytes) else body
    root = ET.fromstring(_NAMESPACE.sub("", text))  # noqa: S314  (the emulator's own answer)
    if status >= _REFUSED:
        raise RefusedError(root.findtext(".//Code") or action, root.findtext(".//Message") or text)
    return root


def text_of(root: ET.Element, tag: str) -> str:
    """Give the text of the first element `tag` below `root`.

    Raises:
        RefusedError: If there is none: the emulator answers in another form than it did.
    """
    found = root.findtext(f".//{tag}")
    if not found:
        raise RefusedError("InternalError", f"the emulator's answer must have <{tag}>, got {ET.tostring(root)[:200]!r}")
    return found


def answer_of(reply: tuple[int, Any, Any]) -> dict[str, Any]:
    """Give the parsed answer of one of the emulator's JSON operations.

    Raises:
        RefusedError: If the emulator refused it.
    """
    status, headers, body = reply
    answer: dict[str, Any] = json.loads(body)
    if status >= _REFUSED:
        raise RefusedError(headers.get("x-amzn-errortype", str(status)), answer.get("message") or str(answer))
    return answer
