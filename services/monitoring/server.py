"""A small HTTP server in a thread of its own: it answers while the process is busy, in asyncio and Celery processes alike.

GET /health   this process lives
GET /ready    200 when it can serve, else 503 with a reason for each part that cannot
GET /metrics  Prometheus' text format
"""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, override

from services.monitoring.checks import Readiness
from services.monitoring.metrics import Metrics

REQUEST_SECONDS = 10


class PortInUse(Exception):
    """The monitoring port of this process is taken."""


class MonitoringServer(ThreadingHTTPServer):
    """Listens from its construction on; `address` says where."""

    daemon_threads = True
    # Another server that still listens is an error, not a neighbour.
    allow_reuse_port = False

    def __init__(self, host: str, port: int, readiness: Readiness, metrics: Metrics) -> None:
        self.readiness, self.metrics = readiness, metrics
        try:
            super().__init__((host, port), _Handler)
        except OSError as error:
            raise PortInUse(f"monitoring port {port} on {host}: {error.strerror}; change PENSTOCK_MONITORING_PORTS") from error

    @property
    def address(self) -> str:
        host, port = self.server_address[:2]
        return f"{host!s}:{port}"

    @override
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no trouble of ours."""


class _Handler(BaseHTTPRequestHandler):
    server: MonitoringServer
    server_version = "Penstock"
    sys_version = ""
    timeout: ClassVar[int] = REQUEST_SECONDS

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/health":
            self._json(200, {"status": "UP"})
        elif path == "/ready":
            reasons = self.server.readiness.reasons()
            self._json(503 if any(reasons.values()) else 200, ready_answer(reasons))
        elif path == "/metrics":
            self._answer(200, "text/plain; version=0.0.4; charset=utf-8", self.server.metrics.text())
        else:
            self._json(404, {"detail": "there are /health, /ready and /metrics"})

    do_HEAD = do_GET  # noqa: N815 - the base class calls it so

    def _json(self, code: int, content: Mapping[str, Any]) -> None:
        self._answer(code, "application/json", json.dumps(content, ensure_ascii=False).encode())

    def _answer(self, code: int, media_type: str, body: bytes) -> None:
        self.send_response(code)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Probes come every few seconds; nobody wants to read about each."""


def ready_answer(reasons: Mapping[str, str]) -> Mapping[str, Any]:
    """What /ready says."""
    parts = {part: {"status": "DOWN", "reason": reason} if reason else {"status": "UP"} for part, reason in reasons.items()}
    return {"status": "DOWN" if any(reasons.values()) else "UP", "parts": parts}


@contextmanager
def monitoring(host: str, port: int, readiness: Readiness, metrics: Metrics) -> Iterator[MonitoringServer]:
    """Serve while the block runs."""
    server = MonitoringServer(host, port, readiness, metrics)
    metrics.ready(readiness.reasons)
    thread = threading.Thread(target=server.serve_forever, args=(0.1,), name="monitoring", daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
