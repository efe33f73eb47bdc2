"""One scenario, two engines, the same read models: the real engine's log was recorded, the embedded one plays it now."""

import asyncio
import time
from collections.abc import Iterator

import grpc
import pytest
from pyzeebe.proto.gateway_pb2_grpc import GatewayStub
from sqlalchemy import Engine

from history.tables import metadata
from tests.databases import empty_database
from tests.golden.play import Play, embedded_control
from tests.history_log import golden, project
from tests.integration.gateway.gateway_process import running_gateway
from zeebe.record_source import EmbeddedRecordSource
from zeebe.records import Record

# When and where in the log something happened differs between two runs, and what is derived from it.
UNEQUAL = {"hour", "bucket", "completed_ms", "timestamp", "deadline", "checksum", "correlation_key"}
# Engines create the variables of one step, and the decisions of one file, in any order: these go by scope and name, or by id.
UNORDERED = {"variable", "variable_history", "decision"}
HOUR_MS = 3_600_000
LEFT_OUT = {"projection", "projection_topic", "heat_map_duration"}


@pytest.fixture
def played(tmp_path) -> Iterator[list[Record]]:
    """The log of an embedded gateway on which the parcels were played."""
    with running_gateway(tmp_path / "engine", clock="controlled") as gateway:
        # The same minute of the hour as in the recorded log: read models count by the hour.
        gateway.add_time((next(iter(golden("parcels"))).timestamp - time.time_ns() // 1_000_000) % HOUR_MS)
        channel = grpc.insecure_channel(gateway.address)
        Play(GatewayStub(channel), embedded_control(gateway.management_url)).parcels()
        gateway.idle()
        channel.close()
        yield asyncio.run(_log(gateway.management_url))


async def _log(management_url: str) -> list[Record]:
    return [record async for batch in EmbeddedRecordSource(management_url).once({}) for record in batch]


def test_both_engines_give_the_same_read_models(played, tmp_path) -> None:
    real = empty_database(f"sqlite:///{tmp_path / 'real.db'}")
    embedded = empty_database(f"sqlite:///{tmp_path / 'embedded.db'}")

    project(real, golden("parcels"))
    project(embedded, played)

    expected, found = comparable(real), comparable(embedded)
    for table, rows in expected.items():
        assert found[table] == rows, table


def comparable(engine: Engine) -> dict[str, list[str]]:
    """Every row without times, keys as their rank among all keys of the database."""
    rows = {}
    with engine.connect() as connection:
        for name, table in metadata.tables.items():
            if name not in LEFT_OUT:
                ordered = table.select().order_by(*table.primary_key.columns)
                rows[name] = [dict(row) for row in connection.execute(ordered).mappings()]
    keys = {
        value
        for name, found in rows.items()
        if name not in UNORDERED
        for row in found
        for column, value in row.items()
        if _is_key(column) and value is not None
    }
    rank = {key: number for number, key in enumerate(sorted(keys))}
    return {name: sorted(_text(name, row, rank) for row in found) for name, found in rows.items()}


def _text(table: str, row: dict, rank: dict[int, int]) -> str:
    shown = {}
    for column, value in row.items():
        own_key = (table in UNORDERED and column in {"key", "variable_key"}) or column == "decision_key"
        if own_key or column in UNEQUAL or column.endswith(("_at", "position", "since")):
            shown[column] = value is not None
        elif _is_key(column):
            shown[column] = rank.get(value)
        elif column == "evaluated_decisions":
            shown[column] = "".join(part for part in value if not part.isdigit())
        else:
            shown[column] = value
    return str(shown)


def _is_key(column: str) -> bool:
    return column == "key" or (column.endswith("_key") and column != "correlation_key")
