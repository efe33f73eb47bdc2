"""The sink is killed between its commit and its answer, and in the middle of a bulk: an exporter then sends the same again."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from history.database import open_engine
from tests.databases import empty_database
from tests.house import free_ports, listens
from tests.postgres import PostgresServer
from tests.unit.zeebe.exporter_sink.bulks import bulk, line
from zeebe.exporter_sink import SqlRecordLog

ROOT = Path(__file__).parents[3]
PATIENCE_SECONDS = 60
# The sink itself, but for the moment in which it ends.
DYING = """
import os, signal
from zeebe.exporter_sink import SqlRecordLog
append = SqlRecordLog.append
def commit_and_die(self, records):
    append(self, records)
    os.kill(os.getpid(), signal.SIGKILL)
SqlRecordLog.append = commit_and_die
"""
BULK = bulk(*(line(position, partition_id=1 + position % 2, counter=1 + position // 2) for position in range(400)))


@contextmanager
def sink(url: str, folder: Path, port: int, before: str = "") -> Iterator[subprocess.Popen[bytes]]:
    settings = {"PENSTOCK_DATABASE_URL": url, "PENSTOCK_DATA_DIR": str(folder), "PENSTOCK_SINK_PORT": str(port)}
    code = f"{before}\nimport sys; sys.argv = ['penstock', 'sink']\nfrom cli import main; main()"
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env={**os.environ, **settings}) as started:
        try:
            deadline = time.monotonic() + PATIENCE_SECONDS
            while not listens(port):
                assert started.poll() is None, f"the sink ended with {started.returncode}"
                assert time.monotonic() < deadline, "the sink does not listen"
                time.sleep(0.05)
            yield started
        finally:
            started.kill()


def send(port: int, content: bytes) -> int:
    headers = {"Content-Type": "application/x-ndjson"}
    return httpx.post(
        f"http://127.0.0.1:{port}/_bulk", content=content, headers=headers, timeout=60, trust_env=False
    ).status_code


def send_half(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        head = f"POST /_bulk HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\nContent-Length: {len(BULK)}\r\n\r\n"
        connection.sendall(head.encode() + BULK[: len(BULK) // 2])
        time.sleep(0.3)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'penstock.db'}"
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return server.url(server.create_database())


def test_what_a_killed_sink_had_committed_or_half_read_is_neither_missing_nor_double(url: str, tmp_path: Path) -> None:
    empty_database(url).dispose()
    (port,) = free_ports(1)

    engine = open_engine(url)
    log = SqlRecordLog(engine)

    with sink(url, tmp_path, port):
        send_half(port)
    half_read = list(log.read({}))
    with sink(url, tmp_path, port, DYING) as unanswered, pytest.raises(httpx.TransportError):
        send(port, BULK)
    committed = len(log.read({}))
    with sink(url, tmp_path, port):
        status = send(port, BULK)
    positions = sorted(record.position for record in log.read({}))
    gaps = list(log.gaps())
    engine.dispose()

    assert half_read == []
    assert unanswered.returncode == -signal.SIGKILL
    assert committed == 400
    assert status == 200
    assert positions == list(range(400))
    assert gaps == []
