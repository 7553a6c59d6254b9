"""A signed token of the kind that the Git LFS server takes for a password (RFC 7519, HS256)."""

import base64
import hashlib
import hmac
import json
import time


def signed_token(key: str, claims: dict[str, object]) -> str:
    def encoded(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    now = int(time.time())
    claims = {"iat": now, "nbf": now, "exp": now + 3600, **claims}
    parts = [encoded(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims)]
    signature = hmac.new(key.encode(), ".".join(parts).encode(), hashlib.sha256).digest()
    return ".".join([*parts, encoded(signature)])
