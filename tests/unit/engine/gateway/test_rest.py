"""The REST and management servers over real HTTP."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from engine.gateway.config import GatewayConfig, Listening
from engine.gateway.server import serving
from engine.processing.commands import (
    AssignUserTask,
    CommandRejected,
    CompleteUserTask,
    Done,
    RejectionType,
    UpdateUserTask,
)
from tests.unit.engine.gateway.jobs_in_memory import JobsInMemory


class UserTasks(JobsInMemory):
    """Takes any command about user task 7."""

    async def submit(self, command):
        if command.user_task_key != 7:
            reason = f"Expected to complete user task with key '{command.user_task_key}', but no such user task was found"
            raise CommandRejected(RejectionType.NOT_FOUND, reason)
        self.commands.append(command)
        return Done()


@pytest.fixture
def partition() -> UserTasks:
    return UserTasks()


@pytest.fixture
async def listening(partition: UserTasks, tmp_path: Path) -> AsyncIterator[Listening]:
    config = GatewayConfig(data_dir=tmp_path, grpc_port=0, rest_port=0, management_port=0, max_message_bytes=10_000)
    async with serving(partition, config) as listening:
        yield listening


@pytest.fixture
async def rest(listening: Listening) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=listening.rest_url) as client:
        yield client


@pytest.fixture
async def management(listening: Listening) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=listening.management_url) as client:
        yield client


@pytest.mark.parametrize("version", ["v1", "v2"])
async def test_a_user_task_is_completed_in_both_spellings(rest: httpx.AsyncClient, partition: UserTasks, version: str) -> None:
    answer = await rest.post(f"/{version}/user-tasks/7/completion", json={"variables": {"ok": True}, "action": "approve"})

    assert answer.status_code == 204
    assert partition.commands == [CompleteUserTask(7, {"ok": True}, action="approve")]


async def test_a_completion_needs_no_body(rest: httpx.AsyncClient, partition: UserTasks) -> None:
    answer = await rest.post("/v1/user-tasks/7/completion")

    assert answer.status_code == 204
    assert partition.commands == [CompleteUserTask(7)]


async def test_a_user_task_is_assigned_claimed_and_unassigned(rest: httpx.AsyncClient, partition: UserTasks) -> None:
    await rest.post("/v1/user-tasks/7/assignment", json={"assignee": "ann"})
    await rest.post("/v1/user-tasks/7/assignment", json={"assignee": "bob", "allowOverride": False})
    await rest.delete("/v1/user-tasks/7/assignee")

    assert partition.commands == [
        AssignUserTask(7, "ann"),
        AssignUserTask(7, "bob", allow_override=False),
        AssignUserTask(7, "", action="unassign"),
    ]


async def test_a_user_task_is_updated_with_what_is_given(rest: httpx.AsyncClient, partition: UserTasks) -> None:
    changeset = {"dueDate": "2026-12-24T18:00:00Z", "candidateGroups": [], "followUpDate": None}

    answer = await rest.patch("/v1/user-tasks/7", json={"changeset": changeset})

    assert answer.status_code == 204
    assert partition.commands == [UpdateUserTask(7, {"dueDate": "2026-12-24T18:00:00Z", "candidateGroups": []})]


async def test_an_unknown_user_task_is_a_problem_in_zeebe_s_words(rest: httpx.AsyncClient) -> None:
    answer = await rest.post("/v1/user-tasks/8/completion", json={})

    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "about:blank",
        "title": "NOT_FOUND",
        "status": 404,
        "detail": "Command 'COMPLETE' rejected with code 'NOT_FOUND': "
        "Expected to complete user task with key '8', but no such user task was found",
        "instance": "/v1/user-tasks/8/completion",
    }


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "detail"),
    [
        ("POST", "7/completion", b'{"variables":[1]}', 400, "Failed to read HTTP message"),
        ("POST", "7/completion", b'{"variables":', 400, "Failed to read HTTP message"),
        ("POST", "7/completion", b"x" * 20_000, 413, "larger than 10000 bytes"),
        ("POST", "abc/completion", b"{}", 400, "Type mismatch."),
        ("POST", "99999999999999999999/completion", b"{}", 400, "Type mismatch."),
        ("POST", "7/completion", b'{"variables":{"a":18446744073709551616}}', 400, "cannot serialize BigInteger"),
        ("POST", "7/completion", b"{'action':'x'}", 400, "Failed to read HTTP message"),
        ("POST", "7/assignment", b"{}", 400, "No assignee provided"),
        ("POST", "7/assignment", b'{"assignee":" "}', 400, "No assignee provided"),
        ("POST", "7/assignment", b"null", 400, "Invalid request content"),
        ("POST", "7/assignment", b"", 400, "Invalid request content"),
        ("POST", "7/assignment", b'{"assignee":"a","allowOverride":"x"}', 400, "Failed to read HTTP message"),
        ("PATCH", "7", b'{"changeset":{"dueDate":"2030-01-01T00:00:00+0100"}}', 400, "cannot be parsed as a date"),
        ("PATCH", "7", b'{"changeset":{"dueDate":"2030-W01-1T00:00:00Z"}}', 400, "cannot be parsed as a date"),
        ("POST", "7/completion/", b"{}", 404, "Not Found"),
        ("PATCH", "7", b"{}", 400, "No update data provided"),
        ("PATCH", "7", b'{"changeset":{"nope":1}}', 400, "No update data provided"),
        ("PATCH", "7", b'{"changeset":{"candidateGroups":"x"}}', 400, "Failed to read HTTP message"),
        ("PATCH", "7", b'{"changeset":{"dueDate":"x"}}', 400, "The provided due date 'x' cannot be parsed as a date"),
        ("GET", "7/completion", b"", 405, "Supported methods: [POST]"),
        ("GET", "", b"", 404, "Not Found"),
    ],
)
async def test_what_cannot_be_done_is_refused_by_name(
    rest: httpx.AsyncClient, partition: UserTasks, method: str, path: str, body: bytes, status: int, detail: str
) -> None:
    headers = {"content-type": "application/json"}

    answer = await rest.request(method, f"/v1/user-tasks/{path}", content=body, headers=headers)

    assert answer.status_code == status
    assert detail in answer.json()["detail"]
    assert partition.commands == []


@pytest.mark.parametrize(
    ("path", "body", "command"),
    [
        ("7/assignment", '{"assignee": 5, "action": true}', AssignUserTask(7, "5", action="true")),
        ("7/assignment", '{"assignee": "a", "allowOverride": "False"}', AssignUserTask(7, "a", allow_override=False)),
        ("7/assignment", '{"assignee": "a", "allowOverride": 0}', AssignUserTask(7, "a", allow_override=False)),
        ("7/assignment", '{"assignee": "a", "allowOverride": "", "action": null}', AssignUserTask(7, "a")),
        ("7/completion", "null", CompleteUserTask(7)),
        ("7/completion", '{"variables": {"n": 1e400}} {', CompleteUserTask(7, {"n": "Infinity"})),
        ("7/completion", '\ufeff{"action": "approve"}', CompleteUserTask(7, action="approve")),
        ("7", '{"action": ""}', UpdateUserTask(7, {})),
        ("7", '{"changeset": {"candidateUsers": ["a", 1]}}', UpdateUserTask(7, {"candidateUsers": ["a", "1"]})),
        ("7", '{"changeset": {"dueDate": "2030-01-01T00:00Z"}}', UpdateUserTask(7, {"dueDate": "2030-01-01T00:00Z"})),
        (
            "7",
            '{"changeset": {"followUpDate": "2030-01-01t00:00:00+01:00[Europe/Berlin]"}}',
            UpdateUserTask(7, {"followUpDate": "2030-01-01t00:00:00+01:00[Europe/Berlin]"}),
        ),
    ],
)
async def test_a_body_is_read_as_leniently_as_zeebe_reads_it(
    rest: httpx.AsyncClient, partition: UserTasks, path: str, body: str, command: object
) -> None:
    method = "PATCH" if path == "7" else "POST"

    answer = await rest.request(method, f"/v1/user-tasks/{path}", content=body, headers={"content-type": "application/json"})

    assert answer.status_code == 204
    assert partition.commands == [command]


async def test_a_body_of_another_kind_is_refused(rest: httpx.AsyncClient) -> None:
    answer = await rest.post("/v1/user-tasks/7/completion", content=b"x", headers={"content-type": "text/plain"})

    assert answer.status_code == 415
    assert answer.json()["detail"] == "Content-Type 'text/plain' is not supported."


async def test_the_topology_is_told(rest: httpx.AsyncClient) -> None:
    topology = (await rest.get("/v1/topology")).json()

    assert topology["brokers"][0]["partitions"] == [{"partitionId": 1, "role": "leader", "health": "healthy"}]


@pytest.mark.parametrize("path", ["/ready", "/health", "/actuator/health/readiness"])
async def test_a_running_gateway_says_it_is_up(management: httpx.AsyncClient, path: str) -> None:
    answer = await management.get(path)

    assert (answer.status_code, answer.json()) == (200, {"status": "UP"})


async def test_metrics_are_prometheus_text(management: httpx.AsyncClient) -> None:
    lines = (await management.get("/metrics")).text.splitlines()

    assert "# TYPE penstock_gateway_waiting_clients gauge" in lines
    assert "penstock_gateway_waiting_clients 0" in lines


async def test_the_system_s_clock_is_shown_but_cannot_be_moved(management: httpx.AsyncClient) -> None:
    shown = (await management.get("/actuator/clock")).json()
    moved = await management.post("/actuator/clock/add", json={"offsetMilli": 1000})
    pinned = await management.post("/actuator/clock/pin", json={"epochMilli": 1000})
    reset = await management.delete("/actuator/clock")

    assert shown["instant"].endswith("Z")
    assert [moved.status_code, pinned.status_code, reset.status_code] == [403, 403, 403]
    assert moved.text == "Expected to add time to the clock, but it is immutable"


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"offsetMilli":"1"}', b'{"offsetMilli":true}', b"x" * 2000])
async def test_a_clock_is_not_moved_by_nonsense(management: httpx.AsyncClient, body: bytes) -> None:
    answer = await management.post("/actuator/clock/add", content=body)

    assert answer.status_code in {400, 413}


async def test_records_are_read_from_a_position(management: httpx.AsyncClient) -> None:
    all_records = await management.get("/actuator/records")
    later = await management.get("/actuator/records", params={"from": "0"})
    nonsense = await management.get("/actuator/records", params={"from": "x"})

    assert (all_records.text, later.text) == ('{"position":0}\n', "")
    assert nonsense.status_code == 400


async def test_an_idle_gateway_says_so(management: httpx.AsyncClient) -> None:
    assert (await management.post("/actuator/idle")).status_code == 204
