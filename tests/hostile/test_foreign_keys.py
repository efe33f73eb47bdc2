"""Keys of another tenant, and keys that nobody ever issued: there is nothing there, and nothing happens to what is."""

from dataclasses import replace

import httpx
import pytest

from api.app import create_app
from history.queries import Queries
from tests.bpmn_builder import process
from tests.integration.api.conftest import Program

WAITS = process("waits").start().service_task("wait", type="nobody-takes-it").end().xml()
READS = ("", "/elements", "/variables", "/jobs", "/timeline", "/called")


@pytest.fixture
async def instance(program: Program) -> str:
    await program.deploy(("waits.bpmn", WAITS))
    created = await program.ask("POST", "/instances", json={"bpmn_process_id": "waits", "variables": {"secret": "s3cret"}})
    return created.json()["process_instance_key"]


async def as_another_tenant(program: Program, method: str, path: str, **options) -> httpx.Response:
    """The same database and engine, seen by an operator of another tenant."""
    queries = Queries(program.web_app.engine, tenant_id="another")
    app = create_app(replace(program.web_app.services, queries=queries))
    headers = program._bearer("operator", ("operator",))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://penstock.test") as client:
        return await client.request(method, f"/api/v1{path}", headers=headers, **options)


@pytest.mark.parametrize("path", READS)
async def test_another_tenant_s_instance_is_not_there(program: Program, instance: str, path: str) -> None:
    own = await program.ask("GET", f"/instances/{instance}{path}")

    foreign = await as_another_tenant(program, "GET", f"/instances/{instance}{path}")

    assert own.status_code == 200
    assert foreign.status_code == 404
    assert "s3cret" not in foreign.text


async def test_another_tenant_s_instance_can_be_neither_changed_nor_cancelled(program: Program, instance: str) -> None:
    answers = [
        await as_another_tenant(program, "PUT", f"/instances/{instance}/variables", json={"variables": {"secret": "x"}}),
        await as_another_tenant(program, "POST", f"/instances/{instance}/cancellation"),
    ]

    await program.catch_up()
    left = await program.ask("GET", f"/instances/{instance}")
    assert [answer.status_code for answer in answers] == [404, 404]
    assert left.json()["state"] == "ACTIVE"


@pytest.mark.parametrize("key", ["0", "9223372036854775807", "9223372036854775808", "-1", "1e3", "%00", "٣"])
async def test_a_key_that_nobody_issued_leads_nowhere(program: Program, key: str) -> None:
    answer = await program.ask("GET", f"/instances/{key}")

    assert answer.status_code in (404, 422)
