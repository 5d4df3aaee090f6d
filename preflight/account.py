"""The file's account, as the person's credentials see it."""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from preflight.errors import DeniedError, MissingError, NotTriedError, PreflightError

boto3 = importlib.import_module("boto3")  # has no types
_config = importlib.import_module("botocore.config")
_exceptions = importlib.import_module("botocore.exceptions")
Json = dict[str, Any]
_DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}
# what credentials are told that are none, or no longer (AWS API references, Common Errors)
_CREDENTIALS = {
    "AuthFailure",
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "RequestExpired",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}
_FIX = "check credentials, profile and network: `aws sts get-caller-identity`"
_MISSING = {"ParameterNotFound", "ResourceNotFoundException", "NoSuchEntity"}
_MOST = 200  # values of a call's filters (EC2 user guide, Filter resources)
_PATIENCE = {"connect_timeout": 10, "read_timeout": 30, "retries": {"mode": "standard", "total_max_attempts": 3}}


class Account:
    """Reads with the credentials, the profile and the endpoints of the shell, as the AWS command line does.

    Args:
        region: Region that is asked where a call names none.
    """

    def __init__(self, region: str) -> None:
        self._region = region
        self._session = cache(boto3.Session)
        self._client = cache(self._made)

    def ask(self, service: str, operation: str, *, region: str = "", **given: object) -> Json:
        """Give the answer to a call of an API, such as `ask("ec2", "describe_vpcs", VpcIds=[...])`.

        Raises:
            DeniedError: If the credentials may not ask that.
            MissingError: If what is asked for is not there.
            NotTriedError: If the API answers something else.
            PreflightError: If there are no usable credentials, or the API is not reached.
        """
        with _telling(_action(service, operation)):
            answer: Json = getattr(self._client(service, region or self._region), operation)(**given)
        return answer

    def every(self, service: str, operation: str, key: str, *, region: str = "", **given: object) -> list[Json]:
        """Give what all pages of an answer have under `key`.

        Raises:
            DeniedError, MissingError, NotTriedError, PreflightError: As of `ask`.
        """
        with _telling(_action(service, operation)):
            pages = self._client(service, region or self._region).get_paginator(operation).paginate(**given)
            answer: list[Json] = pages.build_full_result().get(key, [])
        return answer

    def found(self, what: str, filters: dict[str, list[str]], *, region: str = "", **given: str) -> list[Json]:
        """Give what EC2 describes under some filters, such as `found("Vpcs", {"vpc-id": [...]})`; nothing is no error.

        The first filter may have any number of values.

        Raises:
            DeniedError, NotTriedError, PreflightError: As of `ask`.
        """
        if not all(filters.values()):
            return []
        (name, values), *others = filters.items()
        answer = []
        for start in range(0, len(values), _MOST):
            chosen = [(name, values[start : start + _MOST]), *others]
            named = [{"Name": name, "Values": values} for name, values in chosen]
            answer += self.every("ec2", _OPERATIONS[what], what, region=region, Filters=named, **given)
        return answer

    def _made(self, service: str, region: str) -> Any:  # noqa: ANN401  (boto3 makes its clients at run time)
        return self._session().client(service, region_name=region, config=_config.Config(**_PATIENCE))


_OPERATIONS = {
    "Vpcs": "describe_vpcs",
    "Subnets": "describe_subnets",
    "RouteTables": "describe_route_tables",
    "SecurityGroups": "describe_security_groups",
    "PrefixLists": "describe_managed_prefix_lists",
    "InstanceTypeOfferings": "describe_instance_type_offerings",
    "InstanceTypes": "describe_instance_types",
}


def _action(service: str, operation: str) -> str:
    """Return what IAM calls it: `ec2:DescribeVpcs`."""
    return f"{service.replace('-', '')}:{''.join(word.capitalize() for word in operation.split('_'))}"


@contextmanager
def _telling(call: str) -> Iterator[None]:
    """Turn what a call raises into what is told."""
    try:
        yield
    except _exceptions.ClientError as error:
        raise _told(error.response["Error"], call) from error
    except (_exceptions.BotoCoreError, OSError) as error:  # an AWS_CA_BUNDLE that is not there is the latter
        raise PreflightError(f"{call} must be answered, got: {error}; {_FIX}") from error


def _told(error: Json, call: str) -> Exception:
    code, said = error.get("Code", ""), str(error.get("Message", ""))[:400]
    if code in _DENIED:
        return DeniedError(call)
    if code in _MISSING or code.endswith(".NotFound") or (code == "ValidationError" and "does not exist" in said):
        return MissingError(said)
    if code in _CREDENTIALS:
        return PreflightError(f"{call} must be answered, got: {code}: {said}; {_FIX}")
    return NotTriedError(f"{call} was answered with {code} {said}".rstrip())
