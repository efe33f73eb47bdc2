"""Kills at random moments under load: what was acknowledged is there, nothing was done twice, and the log has no hole.

A share of the kills runs with the other tests; PENSTOCK_KILLS=100 runs a hundred. PENSTOCK_KILLS_SEED repeats a run's choices.
"""

import asyncio
import os
import random
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from engine.processing.ports import StoreUnusable
from engine.state.opening import open_store
from tests.integration.gateway import kill_checks as check
from tests.integration.gateway.gateway_process import GatewayProcess, running_gateway
from tests.integration.gateway.kill_load import ORDER, Ledger, Load, client_of, reached
from tests.postgres import PostgresServer
from zeebe.answers import Resource
from zeebe.errors import Unavailable
from zeebe.records import Record, decode_lines

KILLS = int(os.environ.get("PENSTOCK_KILLS", "5"))
SEED = int(os.environ.get("PENSTOCK_KILLS_SEED", "0")) or random.SystemRandom().randrange(1, 1_000_000)
LONGEST_LIFE_SECONDS = 0.9
# A share of the kills comes while the gateway is still starting.
DURING_START = 0.2


def all_records(gateway: GatewayProcess) -> list[Record]:
    return decode_lines(httpx.get(f"{gateway.management_url}/actuator/records?from=-1", timeout=60).content)


async def live_and_die(gateway: GatewayProcess, load: Load, choice: random.Random) -> None:
    """Run the load against a gateway and kill it at a random moment; it is up again at the end."""
    over = asyncio.Event()
    running = asyncio.ensure_future(load.run(gateway.address, gateway.rest_url, over))
    await asyncio.sleep(choice.uniform(0.01, LONGEST_LIFE_SECONDS))
    gateway.kill()
    over.set()
    await running
    while choice.random() < DURING_START:
        gateway.launch()
        await asyncio.sleep(choice.uniform(0.2, 1.2))
        gateway.kill()
    await asyncio.to_thread(gateway.start)


async def survive(gateway: GatewayProcess, kills: int) -> None:
    choice, ledger = random.Random(SEED), Ledger()
    load = Load(ledger, choice)
    async with client_of(gateway.address, gateway.rest_url) as client:
        await client.deploy_resources([Resource("order.bpmn", ORDER.xml())])
    for _ in range(kills):
        await live_and_die(gateway, load, choice)
    async with client_of(gateway.address, gateway.rest_url) as client:
        await reached(client)
        story = check.tell(all_records(gateway))
        await load.resolve(client, story.open_incidents)
        seen = await load.drain(client, {ticket: keys[0] for ticket, keys in story.instances.items()})

    records = all_records(gateway)
    story = check.tell(records)
    check.positions_have_no_unexplained_gap(records)
    check.nothing_was_done_twice(story)
    check.everything_acknowledged_happened(story, ledger)
    check.nothing_happened_unasked(story, ledger)
    check.every_instance_ended(story)
    check.the_last_jobs_saw_all_that_was_set(seen, ledger)
    verified = await asyncio.to_thread(gateway.command, "gateway", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert ledger.acknowledged > 20 * kills, "too little was asked to prove anything"
    print(
        f"{kills} kills, {ledger.acknowledged} acknowledged commands, {len(records)} records, {len(story.instances)} instances"
    )


@pytest.fixture(params=["sqlite", "postgresql"])
def environment(request: pytest.FixtureRequest) -> dict[str, str]:
    """Where the gateway keeps its state."""
    if request.param == "sqlite":
        return {}
    return {"PENSTOCK_ENGINE_URL": request.getfixturevalue("postgres_url")}


@pytest.mark.timeout(60 + 15 * KILLS)
async def test_what_was_acknowledged_survives_kills_at_random_moments(
    tmp_path: Path, environment: dict[str, str], record_property: Callable[[str, object], None]
) -> None:
    record_property("seed", SEED)
    with running_gateway(tmp_path / "data", environment=environment) as gateway:
        await survive(gateway, KILLS)


async def test_a_second_gateway_on_the_same_database_is_refused(
    tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.state.postgres.LOCK_SECONDS", 0.2)
    with (
        running_gateway(tmp_path / "data", environment={"PENSTOCK_ENGINE_URL": postgres_url}),
        pytest.raises(StoreUnusable, match="served by another gateway"),
    ):
        open_store(tmp_path / "other", postgres_url)


async def test_a_gateway_whose_database_went_away_ends_and_says_why(
    tmp_path: Path, postgres_server: PostgresServer, postgres_url: str
) -> None:
    with running_gateway(tmp_path / "data", environment={"PENSTOCK_ENGINE_URL": postgres_url}) as gateway:
        async with client_of(gateway.address, gateway.rest_url) as client:
            await client.deploy_resources([Resource("order.bpmn", ORDER.xml())])
            postgres_server.disconnect_all(postgres_url.rpartition("/")[2])
            with pytest.raises(Unavailable):
                await client.create_process_instance("order", {"ticket": "T-1"})

        assert await asyncio.to_thread(gateway.wait) == 1
