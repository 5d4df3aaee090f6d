"""Whose account the credentials are of, and whether CDK can deploy to it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from preflight.errors import MissingError, NotTriedError, PreflightError
from preflight.look import Look

if TYPE_CHECKING:
    from collections.abc import Iterator

    from preflight.account import Account
    from settings import Settings

_QUALIFIER = "@aws-cdk/core:bootstrapQualifier"
_LEAST = 6  # `requiresBootstrapStackVersion` of CDK's default synthesizer (cdk.out/manifest.json)
_CDK_JSON = Path(__file__).parent.parent / "cdk.json"


def _account(settings: Settings, account: Account) -> Iterator[str]:
    try:
        got = account.ask("sts", "get_caller_identity")
    except NotTriedError as error:
        raise PreflightError(str(error)) from error
    if got["Account"] != settings.account:
        yield f"account: the file has {settings.account}, and the credentials are of {got['Account']} ({got['Arn']})"


def _bootstrap(settings: Settings, account: Account) -> Iterator[str]:
    qualifier = json.loads(_CDK_JSON.read_text(encoding="utf-8")).get("context", {}).get(_QUALIFIER, "hnb659fds")
    name = f"/cdk-bootstrap/{qualifier}/version"
    where = f"region: {settings.region} of {settings.account}"
    try:
        version = account.ask("ssm", "get_parameter", Name=name)["Parameter"]["Value"]
    except MissingError:
        yield f"{where} is not bootstrapped: no parameter {name}"
        return
    if int(version) < _LEAST:
        yield f"{where} is bootstrapped with version {version}, and {_LEAST} or a later one is needed"


ACCOUNT = Look(
    "the credentials are of the file's account",
    "take a profile of that account: `AWS_PROFILE=<name> make preflight ENV=<name>`",
    _account,
)
LOOKS = (Look("CDK can deploy to the account and region", "`npx cdk bootstrap aws://<account>/<region>`", _bootstrap),)
