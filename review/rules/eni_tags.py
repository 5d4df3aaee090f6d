"""Rule about the tags that aws-node gives to the interfaces that it makes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from review.rules.at import At
from review.rules.rule import rule
from settings.problems import show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from settings import Settings

_TAGS = "ADDITIONAL_ENI_TAGS"
_PATH = f"pod_networking.env.{_TAGS}"
_LONGEST_KEY, _LONGEST_VALUE = 128, 256


@rule(
    "interface-tags-are-taken",
    "error",
    must="be a JSON object of texts, whose keys do not begin with aws: and have no k8s.amazonaws.com in them",
    why="aws-node drops what it cannot read, all of it, and keys of its own; for a key that EC2 does not take, no node "
    "gets a further interface, and pods wait for addresses",
    source="aws/amazon-vpc-cni-k8s, README.md, ADDITIONAL_ENI_TAGS, and pkg/awsutils/awsutils.go of its releases; "
    "EC2 user guide, Tag your Amazon EC2 resources, restrictions",
    fix='write it as one text of JSON, such as {"team": "shop"}, in single quotes',
    paths=(_PATH,),
)
def interface_tags_are_taken(settings: Settings) -> Iterator[At]:
    """Find text that is no such object, and tags that aws-node leaves out or EC2 refuses."""
    text = settings.pod_networking.env.get(_TAGS, "{}")
    try:
        tags = json.loads(text)
    except (ValueError, RecursionError):  # no JSON, or nested as deep as a hostile text is
        tags = None
    if not isinstance(tags, dict) or not all(isinstance(value, str) for value in tags.values()):
        yield At(_PATH, show(text))
        return
    for key, value in tags.items():
        if key.lower().startswith("aws:") or "k8s.amazonaws.com" in key:
            yield At(_PATH, show(key), "take a key of your own")
        elif not 0 < len(key) <= _LONGEST_KEY or len(value) > _LONGEST_VALUE:
            yield At(_PATH, show(f"{key}={value}"), "a key has 1 to 128 characters, a value at most 256")


RULES = (interface_tags_are_taken,)
