"""Who judges bearer tokens that the API server does not know itself."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class TokenReview:
    """A webhook that answers TokenReview requests, as aws-iam-authenticator does on EKS.

    Attributes:
        url: Address of the webhook. Part of it may be secret, so it is written to files of mode 0600 only.
        ca_file: PEM file with the certificate authority of the webhook; left out for http.
    """

    url: str
    ca_file: Path | None = None
