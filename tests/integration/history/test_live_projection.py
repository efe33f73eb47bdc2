"""The read models of a real gateway: followed while it works, killed in between, rebuilt from its log."""

import asyncio
import os
import subprocess
import sys
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from history.projection_loop import run
from history.projector import Projector
from history.queries import InstanceFilter, Queries, UserTaskFilter
from tests.databases import empty_database
from tests.history_log import GOLDEN, contents
from tests.integration.gateway.gateway_process import ROOT, GatewayProcess, running_gateway
from zeebe.answers import Resource
from zeebe.client import ZeebeClient
from zeebe.record_source import EmbeddedRecordSource

COMPLAINT = Resource("complaint.bpmn", (GOLDEN / "models" / "complaint.bpmn").read_bytes())


@pytest.fixture
def gateway(tmp_path):
    with running_gateway(tmp_path / "engine", clock="controlled") as process:
        yield process


@pytest.fixture
def engine(tmp_path):
    engine = empty_database(f"sqlite:///{tmp_path / 'penstock.db'}")
    yield engine
    engine.dispose()


@asynccontextmanager
async def projected(gateway: GatewayProcess, projector: Projector):
    """Follow the gateway; at the end everything it did is projected."""
    source = EmbeddedRecordSource(gateway.management_url)
    loop = asyncio.create_task(run(source, projector))
    yield
    await asyncio.to_thread(gateway.idle)
    last = (await source.last_positions())[1]
    while await asyncio.to_thread(projector.position) < last and not loop.done():  # noqa: ASYNC110 - another process works
        await asyncio.sleep(0.02)
    loop.cancel()
    await asyncio.gather(loop, return_exceptions=True)


async def answer(client: ZeebeClient, about: str) -> int:
    """Start a complaint and do its service task; its user task waits then."""
    instance = await client.create_process_instance("complaint", {"about": about})
    jobs = await client.activate_jobs("answer", worker="tests", request_timeout_ms=5_000)
    for job in jobs:
        await client.complete_job(job.key, {"answered": True})
    return instance.process_instance_key


async def test_a_person_s_work_shows_in_inbox_timeline_and_heat_map(gateway, engine) -> None:
    queries, projector = Queries(engine), Projector(engine)
    async with ZeebeClient(gateway.address, gateway.rest_url) as client:
        async with projected(gateway, projector):
            await client.deploy_resources([COMPLAINT])
            key = await answer(client, "a cup")
        task = queries.user_tasks().items[0]
        due = datetime(2027, 1, 1, tzinfo=UTC)
        async with projected(gateway, projector):
            await client.assign_user_task(task.key, "ann")
            await client.update_user_task(task.key, candidate_groups=["office"], due_date=due)
        assigned = queries.user_task(task.key)
        async with projected(gateway, projector):
            await client.complete_user_task(task.key, {"sorry": True}, action="apologize")

    assert (task.name, task.assignee, task.candidate_groups) == ("Apologize", None, ())
    assert (assigned.assignee, assigned.candidate_groups, assigned.due_at) == ("ann", ("office",), due)
    assert assigned.variables == {"about": '"a cup"', "answered": "true"}
    done = queries.user_task(task.key)
    assert (done.state, done.completed_by, done.action) == ("COMPLETED", "ann", "apologize")
    assert queries.user_tasks().items == ()
    assert queries.user_tasks(UserTaskFilter(states=["COMPLETED"], candidate_groups=["office"])).items[0].key == task.key
    kinds = [entry.kind for entry in queries.timeline(key) if entry.kind.startswith("USER_TASK")]
    assert kinds == ["USER_TASK_CREATED", "USER_TASK_ASSIGNED", "USER_TASK_UPDATED", "USER_TASK_COMPLETED"]
    assert queries.instance(key).state == "COMPLETED"
    cells = {cell.element_id: cell.completed for cell in queries.heat_map("complaint").cells}
    assert cells == {"received": 1, "answer": 1, "apologize": 1, "answered": 1}


async def test_heat_map_counts_are_those_of_the_engine_s_own_log(gateway, engine) -> None:
    projector = Projector(engine)
    async with ZeebeClient(gateway.address, gateway.rest_url) as client, projected(gateway, projector):
        await client.deploy_resources([COMPLAINT])
        for number in range(12):
            key = await answer(client, f"cup {number}")
            if number % 3 == 0:
                await client.cancel_process_instance(key)

    source = EmbeddedRecordSource(gateway.management_url)
    log = [record async for batch in source.once({}) for record in batch]
    heat_map = Queries(engine).heat_map("complaint")
    for intent, number in (
        ("ELEMENT_ACTIVATING", "count"),
        ("ELEMENT_COMPLETED", "completed"),
        ("ELEMENT_TERMINATED", "terminated"),
    ):
        counted: dict[str, int] = {}
        for record in log:
            if record.is_event and record.intent == intent:
                counted[record.value["elementId"]] = counted.get(record.value["elementId"], 0) + 1
        cells = [*heat_map.cells, heat_map.process]
        assert {cell.element_id: getattr(cell, number) for cell in cells if getattr(cell, number)} == counted
    assert heat_map.process.terminated == 4


async def test_a_killed_gateway_loses_and_doubles_nothing(gateway, engine) -> None:
    queries, projector = Queries(engine), Projector(engine)
    async with ZeebeClient(gateway.address, gateway.rest_url) as client:
        async with projected(gateway, projector):
            await client.deploy_resources([COMPLAINT])
            await answer(client, "before")
        source = EmbeddedRecordSource(gateway.management_url)
        loop = asyncio.create_task(run(source, projector))
        await answer(client, "while it follows")
        await asyncio.to_thread(gateway.kill)
        await asyncio.to_thread(gateway.start)
    loop.cancel()
    await asyncio.gather(loop, return_exceptions=True)
    async with ZeebeClient(gateway.address, gateway.rest_url) as client, projected(gateway, projector):
        await answer(client, "after")

    assert queries.instances(InstanceFilter(), with_total=True).total == 3
    assert queries.count_user_tasks() == 3
    live = contents(engine)
    projector.reset()
    async with projected(gateway, projector):
        pass
    assert contents(engine) == live


async def test_rebuilding_by_command_gives_the_same_read_models(gateway, engine, tmp_path) -> None:
    projector = Projector(engine)
    async with ZeebeClient(gateway.address, gateway.rest_url) as client, projected(gateway, projector):
        await client.deploy_resources([COMPLAINT])
        await answer(client, "a cup")
    live = contents(engine)

    rebuilt = await asyncio.to_thread(command, gateway, tmp_path, "rebuild")
    status = await asyncio.to_thread(command, gateway, tmp_path, "status")

    assert rebuilt.returncode == 0, rebuilt.stdout + rebuilt.stderr
    assert contents(engine) == live
    position = projector.position()
    assert f"read models: position {position}" in status.stdout
    assert f"record log:  position {position}, 0 to go" in status.stdout


async def test_without_a_gateway_nothing_is_emptied(gateway, engine, tmp_path) -> None:
    projector = Projector(engine)
    async with ZeebeClient(gateway.address, gateway.rest_url) as client, projected(gateway, projector):
        await client.deploy_resources([COMPLAINT])
    live = contents(engine)
    await asyncio.to_thread(gateway.stop)

    rebuilt = await asyncio.to_thread(command, gateway, tmp_path, "rebuild")

    assert rebuilt.returncode == 1
    assert "The record log cannot be read" in rebuilt.stdout
    assert contents(engine) == live


def command(gateway: GatewayProcess, data: Path, name: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "PENSTOCK_DATA_DIR": str(data),
        "PENSTOCK_ZEEBE_MANAGEMENT_URL": gateway.management_url,
        "COLUMNS": "200",
    }
    arguments = [sys.executable, "-m", "cli", "history", name]
    return subprocess.run(arguments, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60)
