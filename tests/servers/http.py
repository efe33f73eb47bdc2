"""An HTTP server of tests on a free port of loopback that misbehaves when it is told to.

`faults` are used up one per request: a status ("429", "500", "503"), "cut" (an answer that breaks off), "hang" (no answer in
time), "late" (the request takes effect, its answer never comes), "expire" (tokens end just before the request is looked at).
"""

import json
import threading
import time
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.http_threads import served

HANG_SECONDS = 1.2


@dataclass
class Request:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class CrmServer:
    """What CRM servers have in common: tokens, faults, and everything that was asked."""

    faults: deque[str] = field(default_factory=deque)
    requests: list[Request] = field(default_factory=list)
    access_token: str = "access-1"
    refresh_token: str = "refresh-1"
    refreshes: int = 0
    # How far its clock is ahead of ours.
    skew_seconds: float = 0.0
    lock: threading.RLock = field(default_factory=threading.RLock)
    base_url: str = ""

    def now(self) -> float:
        return time.time() + self.skew_seconds

    def expire(self) -> None:
        self.access_token = f"unknown-{self.refreshes}"

    def refresh(self, refresh_token: str) -> dict[str, Any] | None:
        """A refresh token is good for one use."""
        if refresh_token != self.refresh_token:
            return None
        self.refreshes += 1
        self.access_token, self.refresh_token = f"access-{self.refreshes + 1}", f"refresh-{self.refreshes + 1}"
        return {"access_token": self.access_token, "refresh_token": self.refresh_token, "expires_in": 3600}

    def answer(self, request: Request) -> tuple[int, Any]:
        raise NotImplementedError


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    crm: CrmServer

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, address.path, dict(parse_qsl(address.query, True)), headers, body)
        with self.crm.lock:
            self.crm.requests.append(request)
            fault = self.crm.faults.popleft() if self.crm.faults else ""
            if fault == "expire":
                self.crm.expire()
            status, found = (int(fault), {"error": "QUERY_LIMIT_EXCEEDED"}) if fault.isdigit() else (0, None)
            if not status and fault != "hang":
                status, found = self.crm.answer(request)
        if fault in {"hang", "late"}:
            time.sleep(HANG_SECONDS)
            self.close_connection = True
            return
        content = b"" if found is None else json.dumps(found).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if fault == "cut" else content)
        self.close_connection = True

    do_POST = do_PATCH = do_PUT = do_GET  # noqa: N815  # the library's names

    def date_time_string(self, timestamp: float | None = None) -> str:
        return super().date_time_string(self.crm.now() if timestamp is None else timestamp)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Tests are quiet."""


@contextmanager
def serving(crm: CrmServer):
    """Run the server; yields it with its address filled in."""
    with served(type("OwnHandler", (Handler,), {"crm": crm})) as port:
        crm.base_url = f"http://127.0.0.1:{port}"
        yield crm
