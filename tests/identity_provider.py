"""A provider's keys on a real port: serves a discovery document and JWKS, signs what a test asks for, rotates, goes away."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.http_threads import served

AUDIENCE, WEB_CLIENT, WORKER_CLIENT = "penstock-api", "penstock-web", "penstock-worker"


class LocalProvider:
    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}/realms/penstock"
        self.keys: dict[str, rsa.RSAPrivateKey] = {}
        self.key_id = ""
        self.is_up = True
        self.jwks_asked = 0
        self.tokens: dict[str, object] = {}
        self.rotate("first")

    def rotate(self, key_id: str) -> None:
        self.keys[key_id] = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.key_id = key_id

    def claims(self, **changes: object) -> dict[str, object]:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": [AUDIENCE, "account"],
            "azp": WEB_CLIENT,
            "typ": "Bearer",
            "sub": "5f0c9f2e-5f0b-4d77-9b0e-2d6c0d0d0a01",
            "sid": "session-1",
            "iat": now,
            "exp": now + 300,
            "preferred_username": "ada",
            "name": "Ada L.",
            "realm_access": {"roles": ["staff", "offline_access"]},
            "groups": ["/tenants/acme/support", "/night shift"],
        }
        return {name: value for name, value in (claims | changes).items() if value is not None}

    def token(self, *, key_id: str = "", headers: dict[str, object] | None = None, **changes: object) -> str:
        used = key_id or self.key_id
        return jwt.encode(self.claims(**changes), self.keys[used], "RS256", headers={"kid": used, **(headers or {})})

    def document(self, path: str) -> dict[str, object] | None:
        if path.endswith("/.well-known/openid-configuration"):
            ends = {"jwks_uri": "certs", "token_endpoint": "token", "authorization_endpoint": "auth"}
            ends["end_session_endpoint"] = "logout"
            return {"issuer": self.issuer, **{name: f"{self.issuer}/{end}" for name, end in ends.items()}}
        if path.endswith("/certs"):
            self.jwks_asked += 1
            return {"keys": [*self._public(), {"kty": "RSA", "use": "enc", "kid": "enc-1", "n": "AQAB", "e": "AQAB"}]}
        return None

    def _public(self) -> list[dict[str, object]]:
        to_jwk = jwt.algorithms.RSAAlgorithm.to_jwk
        return [
            {**to_jwk(key.public_key(), as_dict=True), "kid": key_id, "use": "sig", "alg": "RS256"}
            for key_id, key in self.keys.items()
        ]


@contextmanager
def local_provider() -> Iterator[LocalProvider]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            document = provider.document(self.path)
            status = 503 if not provider.is_up else 404 if document is None else 200
            self._answer(status, document)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self._answer(200 if provider.tokens else 400, provider.tokens or {"error": "invalid_grant"})

        def _answer(self, status: int, document: object) -> None:
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            pass

    with served(Handler) as port:
        provider = LocalProvider(port)
        yield provider
