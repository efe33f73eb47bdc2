"""One real broker of two partitions for the tests of this folder; each takes its records by a sink of its own."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import Engine

from tests.databases import empty_database
from tests.zeebe_broker import real_broker
from zeebe.exporter_sink import Credentials, SqlRecordLog
from zeebe.local_broker import RunningBroker, free_ports


@dataclass(frozen=True)
class Exporting:
    """A broker, the log its records go to, and how the sink is served that takes them there."""

    broker: RunningBroker
    log: SqlRecordLog
    engine: Engine
    sink: dict[str, object]


@pytest.fixture(scope="package")
def exporting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exporting]:
    folder = tmp_path_factory.mktemp("zeebe")
    engine = empty_database(f"sqlite:///{folder / 'penstock.db'}")
    port = free_ports().grpc
    sink = {"port": port, "credentials": Credentials("penstock", "tests")}
    with real_broker(
        folder / "data", f"http://127.0.0.1:{port}", partitions=2, controlled_clock=True, job_batches=True
    ) as broker:
        yield Exporting(broker, SqlRecordLog(engine), engine, sink)
    engine.dispose()
