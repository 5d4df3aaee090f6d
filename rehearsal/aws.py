"""Clients of the emulator's AWS APIs."""

import importlib
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Self

boto3 = importlib.import_module("boto3")  # has no types
_exceptions = importlib.import_module("botocore.exceptions")
AWS_ERRORS: tuple[type[Exception], ...] = (_exceptions.BotoCoreError, _exceptions.ClientError)
"""What a call raises that AWS refuses, or that does not reach it."""


class Aws:
    """boto3 clients that can reach the emulator and nothing else.

    Args:
        env: Environment of a client of the emulator (`rehearsal.client_environment`).
        account: Whose credentials to use; the environment's when left out.
        region: Which region to call; the environment's when left out.
    """

    def __init__(self, env: Mapping[str, str], *, account: str = "", region: str = "") -> None:
        self._env = env
        self._session = boto3.Session(
            aws_access_key_id=account or env["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=env["AWS_SECRET_ACCESS_KEY"],
            region_name=region or env["AWS_REGION"],
        )

    def client(self, service: str) -> Any:  # noqa: ANN401  (boto3 makes its clients at run time)
        """Give a client of a service."""
        return self._session.client(
            service, endpoint_url=self._env["AWS_ENDPOINT_URL"], verify=self._env["AWS_CA_BUNDLE"]
        )

    def at(self, account: str, region: str) -> Self:
        """Give the same for another account or region."""
        return type(self)(self._env, account=account, region=region)

    @cached_property
    def ec2(self) -> Any:  # noqa: ANN401
        """EC2."""
        return self.client("ec2")

    @cached_property
    def eks(self) -> Any:  # noqa: ANN401
        """EKS."""
        return self.client("eks")

    @cached_property
    def cloudformation(self) -> Any:  # noqa: ANN401
        """CloudFormation."""
        return self.client("cloudformation")
