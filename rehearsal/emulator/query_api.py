"""Operations of EC2's query API that the emulator lacks, and changes to its answers."""

from collections.abc import Callable
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from rehearsal.emulator.refused import RefusedError

Reply = tuple[int, dict[str, str], bytes]
Query = dict[str, list[str]]

_XMLNS = "http://ec2.amazonaws.com/doc/2016-11-15/"


def operation(action: str, run: Callable[[Query], str]) -> Callable[[Query], Reply]:
    """Give an operation that answers with what `run` gives, the content of its answer, or refuses as that does."""

    def called(query: Query) -> Reply:
        try:
            return 200, {"Content-Type": "text/xml"}, _document(f"{action}Response", run(query))
        except RefusedError as refused:
            why = f"<Code>{refused.code}</Code><Message>{escape(refused.message)}</Message>"
            return 400, {"Content-Type": "text/xml"}, _document("Response", f"<Errors><Error>{why}</Error></Errors>")

    return called


def changed(reply: Reply, path: str, change: Callable[[ET.Element, str], None]) -> Reply:
    """Give an answer of the emulator's own, each element at a path changed; its names begin with the given tag."""
    status, headers, body = reply
    root = ET.fromstring(body)  # noqa: S314  (the emulator's own answer)
    namespace = root.tag.partition("}")[0].strip("{") if root.tag.startswith("{") else ""
    tag = f"{{{namespace}}}" if namespace else ""
    ET.register_namespace("", namespace or _XMLNS)
    for element in root.findall("/".join(tag + name for name in path.split("/"))):
        change(element, tag)
    return status, headers, ET.tostring(root, xml_declaration=True, encoding="utf-8")


def values(query: Query, name: str) -> list[str]:
    """Give the values of a list parameter, `Name.1`, `Name.2`."""
    return [query[key][0] for key in query if key.startswith(f"{name}.")]


def _document(name: str, content: str) -> bytes:
    return f'<{name} xmlns="{_XMLNS}"><requestId>rehearsal</requestId>{content}</{name}>'.encode()
