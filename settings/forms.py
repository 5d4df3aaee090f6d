"""How a single value is checked: a section of the file, a form of text, an address range, each with rule and fix."""

from __future__ import annotations

import base64
import binascii
import dataclasses
import ipaddress
import re
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue


class Section(BaseModel):
    """A part of the file: unknown keys are refused, values are never converted, nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)


def wrong(rule: str, fix: str) -> PydanticCustomError:
    """Return an error whose parts arrive unchanged in `Problem`."""
    return PydanticCustomError("podnet", "{rule}", {"rule": rule, "fix": fix})


@dataclasses.dataclass(frozen=True)
class Form:
    """Text of one form: a pattern that must match as a whole, the rule in words, and the fix."""

    pattern: str
    rule: str
    fix: str

    def check(self, value: str) -> str:
        """Return the value; raises PydanticCustomError where it has another form."""
        if not re.fullmatch(self.pattern, value):
            raise wrong(self.rule, self.fix)
        return value

    def json_schema(self) -> dict[str, Any]:
        """Return what an editor can check."""
        return {"type": "string", "pattern": f"^(?:{self.pattern})$"}

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Check after pydantic has made sure that it is text."""
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Tell editors the pattern."""
        return {**handler(schema), **self.json_schema()}


@dataclasses.dataclass(frozen=True)
class Range(Form):
    """An IPv4 range with no host bits, /`narrowest` or wider."""

    narrowest: int = 32
    pattern: str = r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}/[0-9]{1,2}"
    rule: str = "must be an IPv4 range such as 10.0.0.0/16"
    fix: str = "write the first address and the length"

    def check(self, value: str) -> str:
        """Return the value; raises PydanticCustomError with the reason of `ipaddress`."""
        try:
            network = ipaddress.IPv4Network(value)
        except ValueError as error:
            raise _no_ipv4(self, value, error) from error
        if network.prefixlen > self.narrowest or "/" not in value:
            raise wrong(f"must be a range of /{self.narrowest} or wider", self.fix)
        if value != str(network):  # Python takes a netmask and /016 too, AWS and aws-node take neither
            raise wrong(self.rule, f"write {network}")
        return value


@dataclasses.dataclass(frozen=True)
class SingleAddress(Form):
    """One IPv4 address."""

    pattern: str = r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}"
    rule: str = "must be an IPv4 address such as 10.0.0.2"
    fix: str = "write it as four numbers"

    def check(self, value: str) -> str:
        """Return the value; raises PydanticCustomError with the reason of `ipaddress`."""
        try:
            return str(ipaddress.IPv4Address(value))
        except ValueError as error:
            raise _no_ipv4(self, value, error) from error


def _no_ipv4(form: Form, value: str, error: ValueError) -> PydanticCustomError:
    """Return the error of a text that is no IPv4 address or range; of IPv6 podnet makes nothing yet."""
    if ":" in value:
        return wrong(f"{form.rule}: podnet does not support IPv6 yet", "take IPv4, or see docs/is-it-for-you.md")
    return wrong(f"{form.rule} ({str(error)[:100]})", form.fix)


@dataclasses.dataclass(frozen=True)
class PemCertificate(Form):
    """A certificate in PEM, as base64 once more: EKS gives it so."""

    pattern: str = "[A-Za-z0-9+/]+={0,2}"
    rule: str = "must be the base64 text of a PEM certificate, which has BEGIN CERTIFICATE in it"
    fix: str = "copy `cluster.certificateAuthority.data` of aws eks describe-cluster as it is, in one line"

    def check(self, value: str) -> str:
        """Return the value; raises PydanticCustomError where nothing in it begins a certificate."""
        super().check(value)
        try:
            text = base64.b64decode(value)
        except binascii.Error:  # cut off
            text = b""
        if b"-----BEGIN CERTIFICATE-----" not in text:
            raise wrong(self.rule, self.fix)
        return value
