"""The bearer token that an EKS cluster accepts from an IAM role."""

import base64
import hashlib
import hmac
import os
import time
from urllib.parse import quote

_STS_DOMAINS = {
    "cn-": "amazonaws.com.cn",
    "eusc-": "amazonaws.eu",
    "us-iso-": "c2s.ic.gov",
    "us-isob-": "sc2s.sgov.gov",
}


def cluster_token(cluster: str) -> str:
    """Give a token that is good for 15 minutes; made from the Lambda's own credentials, without any request.

    It is the presigned URL of sts:GetCallerIdentity with the cluster's name in the signed header x-k8s-aws-id
    (kubernetes-sigs/aws-iam-authenticator, README "API Authorization from Outside a Cluster" and pkg/token/token.go).
    Signed by hand: botocore would take three times the time and twice the memory for these lines.
    """
    region, access_key = os.environ["AWS_REGION"], os.environ["AWS_ACCESS_KEY_ID"]
    domain = next((d for prefix, d in _STS_DOMAINS.items() if region.startswith(prefix)), "amazonaws.com")
    host, now = f"sts.{region}.{domain}", time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    scope = f"{now[:8]}/{region}/sts/aws4_request"
    query = {
        "Action": "GetCallerIdentity",
        "Version": "2011-06-15",
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Credential": f"{access_key}/{scope}",
        "X-Amz-Date": now,
        "X-Amz-Expires": "60",
        "X-Amz-SignedHeaders": "host;x-k8s-aws-id",
    }
    if session := os.environ.get("AWS_SESSION_TOKEN"):
        query["X-Amz-Security-Token"] = session
    encoded = "&".join(f"{quote(k, safe='')}={quote(v, safe='')}" for k, v in sorted(query.items()))
    headers = f"host:{host}\nx-k8s-aws-id:{cluster}\n"
    request = f"GET\n/\n{encoded}\n{headers}\nhost;x-k8s-aws-id\n{_sha256('')}"
    key = ("AWS4" + os.environ["AWS_SECRET_ACCESS_KEY"]).encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    to_sign = f"AWS4-HMAC-SHA256\n{now}\n{scope}\n{_sha256(request)}"
    url = f"https://{host}/?{encoded}&X-Amz-Signature={hmac.digest(key, to_sign.encode(), 'sha256').hex()}"
    return "k8s-aws-v1." + base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
