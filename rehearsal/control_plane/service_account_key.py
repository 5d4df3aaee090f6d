"""The key that signs service-account tokens."""

import base64
import secrets

# order of the curve P-256 (FIPS 186-4, D.1.2.3) and the fixed parts of RFC 5915's ECPrivateKey around the number
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_BEFORE = bytes.fromhex("303102010104 20")
_AFTER = bytes.fromhex("a00a06082a8648ce3d030107")


def new_service_account_key() -> str:
    """Give a new P-256 private key as PEM.

    RFC 5915 leaves the public key optional and Go computes it, so that a random number in a fixed frame is a whole key;
    kube-apiserver takes the private key for `--service-account-key-file` too (its help text: "private or public keys").
    """
    number = secrets.randbelow(_ORDER - 1) + 1
    text = base64.encodebytes(_BEFORE + number.to_bytes(32, "big") + _AFTER).decode()
    return f"-----BEGIN EC PRIVATE KEY-----\n{text}-----END EC PRIVATE KEY-----\n"
