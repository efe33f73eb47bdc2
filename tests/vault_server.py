"""A contract server of Vault's HTTP API, as far as KV version 2 and the Kubernetes sign-in: paths, statuses and envelopes of
Vault 1.15."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.http_threads import served

TOKEN, POD_TOKEN, POD_ACCOUNT = "hvs.root", "hvs.pod", "jwt-of-the-pod"


@dataclass
class VaultServer:
    url: str
    # Mount and name -> names and values.
    secrets: dict[str, dict[str, Any]] = field(default_factory=dict)
    namespace: str = ""
    is_sealed: bool = False
    asked: list[str] = field(default_factory=list)

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, Any]]:
        self.asked.append(f"{method} {path}")
        if self.is_sealed:
            return 503, {"errors": ["Vault is sealed"]}
        if headers.get("X-Vault-Namespace", "") != self.namespace:
            return 404, {"errors": ["no handler for route"]}
        if (method, path) == ("POST", "/v1/auth/kubernetes/login"):
            said = json.loads(body)
            if said != {"role": "penstock", "jwt": POD_ACCOUNT}:
                return 403, {"errors": ["permission denied"]}
            return 200, {"auth": {"client_token": POD_TOKEN, "lease_duration": 3600}}
        if headers.get("X-Vault-Token") not in {TOKEN, POD_TOKEN}:
            return 403, {"errors": ["permission denied"]}
        mount, _, name = path.removeprefix("/v1/").partition("/data/")
        found = self.secrets.get(f"{mount}/{name}")
        if found is None:
            return 404, {"errors": []}
        return 200, {"data": {"data": found, "metadata": {"version": 3, "destroyed": False}}}


@contextmanager
def vault_server() -> Iterator[VaultServer]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, content = one.answer(self.command, self.path, dict(self.headers), body)
            encoded = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(encoded)))
            self.end_headers()
            self.wfile.write(encoded)

        do_POST = do_GET  # noqa: N815 - the base class calls it so

        def log_message(self, *args: object) -> None: ...

    with served(Handler) as port:
        one = VaultServer(f"http://127.0.0.1:{port}")
        yield one
