"""Old and new code side by side while the tables are upgraded under them: no request fails, no job is lost."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

import migrations
from cli.deploy import deployable_files
from history.database import open_engine
from tests.code_versions import Versions, two_versions
from tests.fleet import Balancer, Part, start, until_ready
from tests.house import free_ports
from tests.postgres import binaries
from tests.web_app import Browser
from zeebe.client import ZeebeClient
from zeebe.deployment import deploy_files

PAGES = ("/inbox", "/instances", "/tickets", "/sla", "/processes", "/reports", "/account", "/api/v1/tickets", "/api/v1/me")
AT_ONCE = 3


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """PostgreSQL's where it is installed: there a migration and requests can be in each other's way."""
    return request.getfixturevalue("postgres_url") if binaries() else f"sqlite:///{tmp_path / 'fleet.db'}"


async def test_no_request_fails_while_old_and_new_code_run_side_by_side(database_url: str, tmp_path: Path) -> None:
    versions = two_versions(tmp_path)
    parts: list[Part] = []
    environment = installation(tmp_path, database_url)
    try:
        gateway, old = await old_house(versions, tmp_path, environment, parts)
        cookies, token = await signed_in(old)
        balancer = Balancer([old], cookies)

        async with load(balancer, token) as sent:
            await enough(balancer, old)
            new = start_api(versions.new, tmp_path, environment, parts)
            await until_ready(new)
            revision = revision_of(database_url)
            balancer.parts.append(new)
            parts.append(start("workers", versions.new, tmp_path / "logs", environment))
            await enough(balancer, old, new)
            parts[2].stop()
            await balancer.let_go(old)
            assert old.stop() == 0
            await enough(balancer, new)

        assert balancer.failures == []
        assert revision == versions.new_revision != versions.old_revision
        async with asyncio.timeout(90):
            while await classified(gateway) < len(sent):  # noqa: ASYNC110  # only the engine knows
                await asyncio.sleep(0.5)
    finally:
        for part in reversed(parts):
            part.stop()


def installation(folder: Path, database_url: str) -> dict[str, str]:
    grpc, rest, management = free_ports(3)
    return {
        "PENSTOCK_DATA_DIR": str(folder / "data"),
        "PENSTOCK_DATABASE_URL": database_url,
        "PENSTOCK_GRPC_PORT": str(grpc),
        "PENSTOCK_REST_PORT": str(rest),
        "PENSTOCK_MANAGEMENT_PORT": str(management),
    }


async def old_house(versions: Versions, folder: Path, environment: dict[str, str], parts: list[Part]) -> tuple[Part, Part]:
    """Gateway, pages and workers of the old code, with the models deployed; `parts` gets them in this order."""
    management = f"http://127.0.0.1:{environment['PENSTOCK_MANAGEMENT_PORT']}"
    parts.append(start("gateway", versions.old, folder / "logs", environment, management))
    api = start_api(versions.old, folder, environment, parts)
    parts.append(start("workers", versions.old, folder / "logs", environment))
    await until_ready(parts[0])
    ports = (environment["PENSTOCK_GRPC_PORT"], environment["PENSTOCK_REST_PORT"])
    async with ZeebeClient(
        *(f"{scheme}127.0.0.1:{port}" for scheme, port in zip(("", "http://"), ports, strict=True))
    ) as client:
        models = deployable_files([versions.old / "processes" / "ticket_triage", versions.old / "decisions"])
        assert [count async for count, _deployment in deploy_files(client, models)]
    await until_ready(api)
    return parts[0], api


def start_api(code: Path, folder: Path, environment: dict[str, str], parts: list[Part]) -> Part:
    [port] = free_ports(1)
    parts.append(
        start("api", code, folder / "logs", environment | {"PENSTOCK_WEB_PORT": str(port)}, f"http://127.0.0.1:{port}")
    )
    return parts[-1]


async def signed_in(api: Part) -> tuple[dict[str, str], str]:
    """The administrator's cookies, good at every process, and the token that goes with them."""
    password = api.said().split("with password ")[1].split()[0]
    async with httpx.AsyncClient(base_url=api.url, timeout=60) as client:
        browser = Browser(client)
        await browser.sign_in("admin", password)
        return dict(client.cookies), browser.csrf_token


@asynccontextmanager
async def load(balancer: Balancer, token: str) -> AsyncIterator[list[str]]:
    """People at pages and a program that sends tickets, until the block ends; gives the tickets sent."""
    sent: list[str] = []
    stopped = asyncio.Event()

    async def person(start_at: int) -> None:
        for path in itertools.islice(itertools.cycle(PAGES), start_at, None):
            if stopped.is_set():
                return
            await balancer.ask("GET", path)

    async def program() -> None:
        for number in itertools.count():
            if stopped.is_set():
                return
            ticket = {"source": "shop", "external_id": str(number), "text": "The printer on floor 3 prints stripes"}
            sent.append(ticket["external_id"])
            await balancer.ask("POST", "/api/v1/tickets", json=ticket, headers={"X-CSRF-Token": token})
            await asyncio.sleep(0.3)

    tasks = [asyncio.create_task(person(each * 3)) for each in range(AT_ONCE)] + [asyncio.create_task(program())]
    try:
        yield sent
    finally:
        stopped.set()
        await asyncio.gather(*tasks)


async def enough(balancer: Balancer, *parts: Part) -> None:
    """Every page has been asked of each of these from now on."""
    before = balancer.served.copy()
    async with asyncio.timeout(120):
        while not all(balancer.served[part.url] - before[part.url] > len(PAGES) for part in parts):
            assert balancer.failures == []
            await asyncio.sleep(0.05)


def revision_of(database_url: str) -> str | None:
    engine = open_engine(database_url)
    try:
        return migrations.current_revision(engine)
    finally:
        engine.dispose()


async def classified(gateway: Part) -> int:
    """The tickets that workers have classified, none of them twice; a job of a worker that left is another's after a while."""
    async with httpx.AsyncClient(base_url=gateway.url, timeout=120) as client:
        (await client.post("/actuator/idle")).raise_for_status()
        lines = (await client.get("/actuator/records?from=-1")).text.splitlines()
    records = [json.loads(line) for line in lines]
    done = [each["value"] for each in records if (each["valueType"], each["intent"]) == ("JOB", "COMPLETED")]
    instances = [job["processInstanceKey"] for job in done if job["type"] == "classify-ticket"]
    assert len(instances) == len(set(instances))
    return len(instances)
