"""Changes and closes that the engine did not take at once: the background process announces them in the asker's trace."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from starlette.concurrency import run_in_threadpool

from api.finance_room import FinanceRoom
from bootstrap import changes, finance
from bootstrap.changes import change_desk
from bootstrap.connections import open_database
from bootstrap.tracing import traced
from engine.gateway.clock import SystemClock
from engine.gateway.config import GatewayConfig
from engine.gateway.partition import DurablePartition
from engine.gateway.server import serving
from engine.state.memory import MemoryStore
from services.changes import Author, AuthorKind, NewChangeSet, NewItem
from services.finance import Month, NoAccounting
from settings import Settings
from tests.databases import empty_database
from tests.otlp_receiver import OtlpReceiver, otlp_receiver
from workers.background import BackgroundTask
from zeebe.client import ZeebeClient
from zeebe.errors import NotConnected


class Away:
    """A gateway that nobody reaches."""

    async def publish_once(self, *_message: Any) -> None:
        raise NotConnected("nobody listens")


@pytest.fixture
async def address() -> AsyncIterator[str]:
    """Of a gateway of its own."""
    partition = DurablePartition(MemoryStore(), SystemClock())
    await partition.start()
    config = GatewayConfig(data_dir=Path(), grpc_port=0, rest_port=0, management_port=0)
    async with serving(partition, config) as listening:
        yield listening.grpc_address
    await partition.stop()


@pytest.fixture
def settings(address: str, tmp_path: Path) -> Settings:
    made = Settings(data_dir=tmp_path, zeebe_address=address)
    empty_database(made.sql_url).dispose()
    return made


def unasked() -> ZeebeClient:
    raise AssertionError("directories ask no engine")


def task(tasks: list[BackgroundTask], name: str) -> BackgroundTask:
    return next(each for each in tasks if each.name == name)


async def test_a_change_announced_later_stays_in_the_trace_of_who_proposed_it(settings: Settings) -> None:
    new = NewItem("directories", "t-1", "entry", {"kind": "track", "name": "Water"}, None, is_before_known=True)

    with otlp_receiver() as receiver, traced(settings.model_copy(update={"otlp_url": receiver.url}), "test") as tracer:
        with tracer.span("request"), open_database(settings) as engine:
            desk = change_desk(settings, engine, unasked)
            await desk.propose(NewChangeSet("New", Author(AuthorKind.PERSON, "anna"), (new,)))
        await run_in_threadpool(task(changes.background_tasks(settings), "changes.announce").run)

    assert parent_of(receiver, "publish change_set_proposed") == "request"


async def test_a_close_announced_later_stays_in_the_trace_of_who_asked(settings: Settings) -> None:
    month = Month(2026, 10)

    with otlp_receiver() as receiver, traced(settings.model_copy(update={"otlp_url": receiver.url}), "test") as tracer:
        with tracer.span("request"), open_database(settings) as engine:
            room = FinanceRoom(finance.finance(settings, engine), Away(), NoAccounting())
            await room.request_close(month, "anna")
        await run_in_threadpool(task(finance.background_tasks(settings), "finance.announce").run)

    assert parent_of(receiver, "publish close_requested") == "request"


def parent_of(receiver: OtlpReceiver, name: str) -> str:
    by_id = {span.span_id: span for span in receiver.spans}
    return by_id[receiver.named(name).parent_id].name
