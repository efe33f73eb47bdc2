"""Across the record stream: read models say how far they are, the gateway drops what nobody needs, and says so when asked."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

import bootstrap
from history.database import open_engine
from history.projector import Projector
from history.tables import projection
from settings import Settings
from tests.bpmn_builder import process
from tests.databases import empty_database
from tests.integration.gateway.gateway_process import GatewayProcess, running_gateway
from zeebe.answers import Resource
from zeebe.client import ZeebeClient
from zeebe.errors import EngineFailed, RecordsDropped
from zeebe.record_source import EmbeddedRecordSource

HOUR = 3_600_000
MODEL = Resource("p.bpmn", process("p").start().end().xml())


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[GatewayProcess]:
    with running_gateway(tmp_path / "data", "controlled", {"PENSTOCK_RECORD_RETENTION_HOURS": "1"}) as gateway:
        yield gateway


@pytest.fixture
def settings(gateway: GatewayProcess, tmp_path: Path) -> Settings:
    url = f"sqlite:///{tmp_path / 'penstock.db'}"
    empty_database(url).dispose()
    return Settings(data_dir=tmp_path / "data", database_url=url, zeebe_management_url=gateway.management_url)


@pytest.fixture
async def source(gateway: GatewayProcess) -> EmbeddedRecordSource:
    async with ZeebeClient(gateway.address, gateway.rest_url) as client:
        await client.deploy_resources([MODEL])
        for _ in range(3):
            await client.create_process_instance("p")
    return EmbeddedRecordSource(gateway.management_url)


async def readers(gateway: GatewayProcess) -> dict[str, int]:
    async with httpx.AsyncClient() as http:
        answer = await http.get(f"{gateway.management_url}/actuator/records/readers")
    return dict(answer.json()["readers"])


async def drop_all(gateway: GatewayProcess, source: EmbeddedRecordSource) -> int:
    """Let the gateway drop everything there is; the last position dropped."""
    last = await source.last_position()
    await source.acknowledge("history", last)
    gateway.add_time(HOUR + 1)
    for _ in range(100):
        if await source.dropped_through() == last:
            return last
        await asyncio.sleep(0.05)
    raise AssertionError("nothing was dropped")


async def test_the_projection_acknowledges_what_it_has_on_the_disk(
    gateway: GatewayProcess, source: EmbeddedRecordSource, settings: Settings
) -> None:
    last = await source.last_position()

    projecting = asyncio.create_task(bootstrap.project_records(settings, acknowledge_seconds=0.1))
    async with asyncio.timeout(10):
        while await readers(gateway) != {"history": last}:  # noqa: ASYNC110 - another process works
            await asyncio.sleep(0.05)
    projecting.cancel()
    await asyncio.gather(projecting, return_exceptions=True)

    engine = open_engine(settings.sql_url)
    with engine.connect() as connection:
        assert connection.execute(select(projection.c.partition_id, projection.c.position)).all() == [(1, last)]
    engine.dispose()


async def test_asking_for_dropped_records_is_a_clear_error_and_no_endless_retry(
    gateway: GatewayProcess, source: EmbeddedRecordSource
) -> None:
    last = await drop_all(gateway, source)

    with pytest.raises(RecordsDropped, match=f"those up to {last} are dropped") as dropped:
        await anext(source.batches({}))

    assert dropped.value.dropped_through == last
    async with ZeebeClient(gateway.address, gateway.rest_url) as client:
        await client.create_process_instance("p")
    assert (await anext(source.batches({1: last})))[0].position == last + 2


async def test_what_is_kept_is_read_without_naming_a_position(gateway: GatewayProcess, source: EmbeddedRecordSource) -> None:
    await drop_all(gateway, source)
    async with ZeebeClient(gateway.address, gateway.rest_url) as client:
        await client.create_process_instance("p")

    kept = await asyncio.to_thread(httpx.get, f"{gateway.management_url}/actuator/records")
    shown = await asyncio.to_thread(gateway.command, "records")

    assert kept.status_code == 200
    assert kept.text.count('"intent":"ELEMENT_COMPLETED"') == 3
    assert shown.stdout == kept.text


async def test_a_rebuild_is_refused_where_records_are_missing(
    gateway: GatewayProcess, source: EmbeddedRecordSource, settings: Settings
) -> None:
    engine = open_engine(settings.sql_url)
    await asyncio.to_thread(Projector(engine).apply, await anext(source.batches({})))
    position = Projector(engine).position()
    last = await drop_all(gateway, source)
    gateway.environment["PENSTOCK_DATABASE_URL"] = settings.sql_url

    refused = await asyncio.to_thread(gateway.command, "history", "rebuild")

    assert refused.returncode == 1
    assert f"Records up to position {last} are no longer kept" in " ".join(refused.stdout.split())
    assert Projector(engine).position() == position > 0
    engine.dispose()


async def test_a_reader_cannot_be_ahead_of_the_log(gateway: GatewayProcess, source: EmbeddedRecordSource) -> None:
    with pytest.raises(EngineFailed, match="answered 400"):
        await source.acknowledge("history", 1_000_000)

    assert await readers(gateway) == {}


async def test_a_reader_that_is_forgotten_holds_nothing_back(gateway: GatewayProcess, source: EmbeddedRecordSource) -> None:
    await source.acknowledge("old", 0)

    answer = await asyncio.to_thread(httpx.delete, f"{gateway.management_url}/actuator/records/readers/old")

    assert answer.status_code == 204
    assert await drop_all(gateway, source) > 0
