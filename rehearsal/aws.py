"""Clients of the emulator's AWS APIs."""

import base64
import importlib
import os
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Self

boto3 = importlib.import_module("boto3")  # has no types
_signers = importlib.import_module("botocore.signers")
_exceptions = importlib.import_module("botocore.exceptions")
_botocore = importlib.import_module("botocore.session").Session
_DIRECT = importlib.import_module("botocore.config").Config(proxies={}, ignore_configured_endpoint_urls=True)
AWS_ERRORS: tuple[type[Exception], ...] = (_exceptions.BotoCoreError, _exceptions.ClientError)
"""What a call raises that AWS refuses, or that does not reach it."""


def session(account: str, secret: str, region: str, token: str | None = None) -> Any:  # noqa: ANN401
    """Give a session that knows nothing of this machine: no profile, no file, no variable of the environment."""
    plain = {name: (None, None, default, form) for name, (_, _, default, form) in _botocore.SESSION_VARIABLES.items()}
    nowhere = dict.fromkeys(("config_file", "credentials_file"), (None, None, os.devnull, None))
    own = _botocore(session_vars=plain | nowhere)
    return boto3.Session(account, secret, token, region, botocore_session=own)


class Aws:
    """boto3 clients that can reach the emulator and nothing else, whatever profile and proxy this machine has.

    Args:
        env: Environment of a client of the emulator (`rehearsal.client_environment`).
        account: Whose credentials to use; the environment's when left out.
        region: Which region to call; the environment's when left out.
    """

    def __init__(self, env: Mapping[str, str], *, account: str = "", region: str = "") -> None:
        self._env = env
        names = account or env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"], region or env["AWS_REGION"]
        self._session = session(*names)

    def client(self, service: str) -> Any:  # noqa: ANN401  (boto3 makes its clients at run time)
        """Give a client of a service."""
        where = {"endpoint_url": self._env["AWS_ENDPOINT_URL"], "verify": self._env["AWS_CA_BUNDLE"]}
        return self._session.client(service, **where, config=_DIRECT)

    def at(self, account: str, region: str) -> Self:
        """Give the same for another account or region."""
        return type(self)(self._env, account=account, region=region)

    def cluster_token(self, role_arn: str, cluster: str) -> str:
        """Give the bearer token of whoever assumed a role of this account, as `aws eks get-token --role-arn` does."""
        given = self.client("sts").assume_role(RoleArn=role_arn, RoleSessionName="person")["Credentials"]
        keys = given["AccessKeyId"], given["SecretAccessKey"], self._session.region_name, given["SessionToken"]
        assumed = session(*keys)
        client = assumed.client("sts", config=_DIRECT)  # of AWS, whose address the token holds; nobody calls it
        signer = _signers.RequestSigner(
            client.meta.service_model.service_id,
            client.meta.region_name,
            "sts",
            "v4",
            assumed.get_credentials(),
            assumed.events,
        )
        request = {"method": "GET", "body": {}, "headers": {"x-k8s-aws-id": cluster}, "context": {}}
        request["url"] = f"{client.meta.endpoint_url}/?Action=GetCallerIdentity&Version=2011-06-15"
        url = signer.generate_presigned_url(request, operation_name="", expires_in=60)
        return "k8s-aws-v1." + base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")

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
