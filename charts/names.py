"""Refuse names that Kubernetes or DNS would refuse, with an error that carries the fix."""

import re
from collections.abc import Mapping

_LABEL = r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"
_ZONE_LABEL = r"[a-z0-9_]([-a-z0-9_]{0,61}[a-z0-9_])?"
_QUALIFIED = r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"
_LONGEST, _SHOWN = 253, 80


def shown(value: object) -> str:
    """Return a value as an error message shows it: quoted, cut to 80 characters."""
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def dns_label(path: str, value: str) -> str:
    """Return `value` if it is an RFC 1123 label (a namespace), else raise ValueError that names `path`."""
    if not isinstance(value, str) or not re.fullmatch(_LABEL, value):
        raise ValueError(f"{path} must be a DNS-1123 label, got {shown(value)}: use at most 63 of a-z, 0-9, '-' inside")
    return value


def dns_name(path: str, value: str, label: str = _LABEL) -> str:
    """Return `value` if it is an RFC 1123 subdomain (an object's name), else raise ValueError that names `path`."""
    if not isinstance(value, str) or len(value) > _LONGEST or not re.fullmatch(rf"{label}(\.{label})*", value):
        raise ValueError(f"{path} must be a DNS name, got {shown(value)}: join labels of a-z, 0-9 and '-' with dots")
    return value


def zone(path: str, value: str) -> str:
    """Return `value` if it is a DNS zone without the last dot, '_' allowed, else raise ValueError that names `path`."""
    return dns_name(path, value, _ZONE_LABEL)


def labels(path: str, value: Mapping[str, str]) -> dict[str, str]:
    """Return a copy if keys and values are Kubernetes labels, else raise ValueError that names `path` and key."""
    allowed = "use at most 63 letters, digits, and '-', '_', '.' inside"
    for key, content in value.items():
        prefix, slash, name = key.rpartition("/")
        if slash:
            dns_name(f"{path}[{shown(key)}]: the part before '/'", prefix)
        if not re.fullmatch(_QUALIFIED, name):
            raise ValueError(f"{path} must have keys like 'app' or 'example.com/app', got {shown(key)}: {allowed}")
        if not isinstance(content, str) or (content and not re.fullmatch(_QUALIFIED, content)):
            raise ValueError(f"{path}[{shown(key)}] must be a label value, got {shown(content)}: {allowed}; quote it")
    return dict(value)
