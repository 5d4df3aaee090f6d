"""What `python -m verify` makes of kubectl's words: recorded from kubectl 1.32 and 1.35."""

import pytest

from verify.refusal import fix, said

REMEMBER = "aws eks update-kubeconfig --name payments-eu --region eu-west-1"
LOG = (
    'E1129 11:48:02.091599   23290 memcache.go:265] "Unhandled Error" err="couldn\'t get current server API group '
    'list: Get \\"http://localhost:8080/api?timeout=32s\\": dial tcp 127.0.0.1:8080: connect: connection refused"\n'
)
EXPIRED = "An error occurred (ExpiredToken) when calling the AssumeRole operation: expired"
REFUSED = "The connection to the server localhost:8080 was refused - did you specify the right host or port?"
LOGS = 'Error from server: Get "https://10.0.1.2:10250/containerLogs/shop/a/probe": '
FAILED = "Unable to connect to the server: getting credentials: exec: executable aws failed with exit code 254"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (LOG * 5 + REFUSED + "\n", REFUSED),
        (f"\n{EXPIRED}\n{LOG}\n{EXPIRED}\n{FAILED}\n", f"{FAILED} ({EXPIRED})"),
        ("Warning: deprecated\nError from server (NotFound): no\n", "Error from server (NotFound): no"),
        (
            'E1129 11:48:02.091599   1 memcache.go:265] "Unhandled Error" err=<\n\tfirst\n >\nerror: last\n',
            "error: last",
        ),
        ('E1129 11:48:02.091599       1 memcache.go:265] "Unhandled Error" err="nothing else"\n', '"nothing else"'),
        (f"{EXPIRED}\nError from server (NotFound): no\n", "Error from server (NotFound): no"),
        (f"{FAILED}\n", FAILED),
        (f"{EXPIRED}\n{FAILED}\n", f"{FAILED} ({EXPIRED})"),
        (f"Warning: deprecated\n{EXPIRED}\n{FAILED}\n", f"{FAILED} ({EXPIRED})"),
        ("error: first\n  with a hint\n", "error: first"),
        ("error: " + "x" * 1000, "error: " + "x" * 393),
        ("", "no word"),
    ],
)
def test_the_last_line_of_kubectl_is_told_without_its_log(error, told):
    """Five lines of log come before it; the program that gives credentials says why just before."""
    assert said(error) == told


@pytest.mark.parametrize(
    ("what", "first"),
    [
        (REFUSED, f"`{REMEMBER}`"),
        ("Unable to connect to the server: dial tcp: lookup x on y:53: no such host", f"`{REMEMBER}`"),
        ("Unable to connect to the server: x509: certificate signed by unknown authority", f"`{REMEMBER}`"),
        ("Error in configuration: context was not found for specified context: nope", f"`{REMEMBER}`"),
        ('error: context "nope" does not exist', f"`{REMEMBER}`"),
        (
            f"{LOGS}dial tcp 10.0.1.2:10250: i/o timeout",
            "the API server gets logs from the node: the nodes' group must",
        ),
        (f"{LOGS}remote error: tls: internal error", "the API server gets logs from the node"),
        (FAILED, f"check the AWS credentials (`aws sts get-caller-identity`), and the kubeconfig: `{REMEMBER}`"),
        ("error: You must be logged in to the server (Unauthorized)", "check the AWS credentials"),
        ('Error from server (Forbidden): nodes is forbidden: User "x" cannot list resource', "an administrator"),
        ('Error from server (Forbidden): error when creating "STDIN": exceeded quota: small', "put that right"),
        ('Error from server (NotFound): namespaces "shop" not found', "put that right"),
    ],
)
def test_each_reason_has_its_fix(what, first):
    """The command for a missing or wrong kubeconfig; the credentials where AWS refuses them."""
    assert fix(what, REMEMBER).startswith(first)
