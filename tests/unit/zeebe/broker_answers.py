"""What a broker's management port says of its partitions and exporters."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler

from tests.http_threads import served

LEADER = {"role": "LEADER", "processedPosition": 5694, "exporterPhase": "EXPORTING", "exportedPosition": 5689}


@contextmanager
def broker(partitions: object, metrics: str | None) -> Iterator[str]:
    """A management port that says this of its partitions and exporters; its base address."""
    answers = {"/actuator/partitions": json.dumps(partitions), "/actuator/prometheus": metrics}

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = answers[self.path]
            self.send_response(404 if answer is None else 200)
            self.end_headers()
            self.wfile.write((answer or "").encode())

        def log_message(self, *_: object) -> None: ...

    with served(Answering) as port:
        yield f"http://127.0.0.1:{port}"


def handed(position: float, *, exporter: str = "penstock", partition: int = 1) -> str:
    # 8.5 ends its list of labels with a comma, 8.6 does not.
    return f'zeebe_exporter_last_exported_position{{exporter="{exporter}",partition="{partition}",}} {position}\n'
