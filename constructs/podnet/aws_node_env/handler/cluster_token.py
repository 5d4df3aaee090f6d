"""The bearer token that an EKS cluster accepts from an IAM role."""

import base64
import hashlib
import hmac
import os
import time
from urllib.parse import quote, urlencode

_SUFFIXES = {"cn": "amazonaws.com.cn", "eusc": "amazonaws.eu"}  # of partitions with one of their own


def sts_host(region: str) -> str:
    """Give the host of STS in a region, also for `python -m verify`."""
    return f"sts.{region}.{_SUFFIXES.get(region.partition('-')[0], 'amazonaws.com')}"


def cluster_token(cluster: str) -> str:
    """Give the token of the Lambda's own role, good for 15 minutes, made without any request.

    It is the presigned URL of sts:GetCallerIdentity with the cluster's name in the signed header x-k8s-aws-id
    (kubernetes-sigs/aws-iam-authenticator, README "API Authorization from Outside a Cluster" and pkg/token/token.go).
    Signed by hand: botocore would take three times the time and twice the memory for these lines.
    """
    region, now = os.environ["AWS_REGION"], time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    host = sts_host(region)
    scope = f"{now[:8]}/{region}/sts/aws4_request"
    credential = f"{os.environ['AWS_ACCESS_KEY_ID']}/{scope}"
    query = {"Action": "GetCallerIdentity", "Version": "2011-06-15", "X-Amz-SignedHeaders": "host;x-k8s-aws-id"}
    query |= {"X-Amz-Algorithm": "AWS4-HMAC-SHA256", "X-Amz-Credential": credential}
    query |= {"X-Amz-Date": now, "X-Amz-Expires": "60"}
    if session := os.environ.get("AWS_SESSION_TOKEN"):
        query["X-Amz-Security-Token"] = session
    encoded = urlencode(sorted(query.items()), safe="", quote_via=quote)
    headers, no_body = f"host:{host}\nx-k8s-aws-id:{cluster}\n", hashlib.sha256(b"").hexdigest()
    request = f"GET\n/\n{encoded}\n{headers}\nhost;x-k8s-aws-id\n{no_body}"
    key = ("AWS4" + os.environ["AWS_SECRET_ACCESS_KEY"]).encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    to_sign = f"AWS4-HMAC-SHA256\n{now}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    url = f"https://{host}/?{encoded}&X-Amz-Signature={hmac.digest(key, to_sign.encode(), 'sha256').hex()}"
    return "k8s-aws-v1." + base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")
