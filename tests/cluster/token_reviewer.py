"""A stand-in for AWS STS and the access entries of EKS: it judges the bearer tokens that the real API server gets.

The API server asks it by the same TokenReview webhook by which it asks aws-iam-authenticator on EKS. It decodes the
presigned URL, checks host, action and signed headers, and computes the signature again with the secret key of the
caller, as STS does. Not AWS code: what AWS refuses beyond that is not known here.
"""

import base64
import datetime as dt
import hashlib
import hmac
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, quote, urlsplit

REGION, CLUSTER = "eu-central-1", "lab"
ACCESS_KEY, SECRET_KEY, SESSION_TOKEN = "AKIDHANDLER", "secret-of-the-handler/+", "session//token+of=handler"


class TokenReviewer:
    """The webhook of a cluster; `entries` maps an access key to the Kubernetes groups of its access entry."""

    def __init__(self, cluster: str = CLUSTER) -> None:
        self.cluster = cluster
        self.entries: dict[str, list[str]] = {}
        self.refused: list[str] = []
        reviewer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                review = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                answer = json.dumps({**review, "status": reviewer.review(review["spec"]["token"])}).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *args):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/review"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def review(self, token: str) -> dict:
        """Give the status of a TokenReview."""
        try:
            key = judge(token, self.cluster)
            groups = self.entries[key]
        except (ValueError, KeyError) as error:
            self.refused.append(repr(error))
            return {"authenticated": False, "error": "access denied"}
        user = f"arn:aws:sts::111122223333:assumed-role/handler/{key}"
        return {"authenticated": True, "user": {"username": user, "groups": groups}}


def judge(token: str, cluster: str = CLUSTER) -> str:
    """Give the access key of a good token; raise ValueError for any other."""
    if not token.startswith("k8s-aws-v1.") or "=" in token:
        raise ValueError("prefix or padding")
    text = token.removeprefix("k8s-aws-v1.")
    url = urlsplit(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode())
    query = {name: values[0] for name, values in parse_qs(url.query, strict_parsing=True).items()}
    signature = query.pop("X-Amz-Signature")
    if url.scheme != "https" or url.netloc != f"sts.{REGION}.amazonaws.com" or url.path != "/":
        raise ValueError("host")
    if query["Action"] != "GetCallerIdentity" or query["X-Amz-SignedHeaders"] != "host;x-k8s-aws-id":
        raise ValueError("action or signed headers")
    made = dt.datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=dt.UTC)
    if abs((dt.datetime.now(dt.UTC) - made).total_seconds()) > 900:
        raise ValueError("expired")
    if query.get("X-Amz-Security-Token") != SESSION_TOKEN:
        raise ValueError("session token")
    key, day, *scope = query["X-Amz-Credential"].split("/")
    if scope != [REGION, "sts", "aws4_request"] or signature != sign(url.netloc, query, cluster, day):
        raise ValueError("signature")
    return key


def sign(host: str, query: dict[str, str], cluster: str, day: str) -> str:
    """Compute AWS Signature Version 4 of the request (docs.aws.amazon.com, "Create a signed AWS API request")."""
    canonical = "&".join(f"{quote(name, safe='-_.~')}={quote(query[name], safe='-_.~')}" for name in sorted(query))
    headers = f"host:{host}\nx-k8s-aws-id:{cluster}\n\nhost;x-k8s-aws-id"
    request = f"GET\n/\n{canonical}\n{headers}\n{hashlib.sha256(b'').hexdigest()}"
    scope = f"{day}/{REGION}/sts/aws4_request"
    to_sign = f"AWS4-HMAC-SHA256\n{query['X-Amz-Date']}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    key = b"AWS4" + SECRET_KEY.encode()
    for part in (day, REGION, "sts", "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
