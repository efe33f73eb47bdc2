"""The whole house on real tickets: every one accounted for, also when its processes are killed."""

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from history.database import open_engine
from history.queries import Queries
from tests.bpmn_builder import process
from tests.house import House, house

ROOT = Path(__file__).parents[2]
REAL_TICKETS = ROOT.parent / "shared" / "data" / "it_tickets.csv.gz"
PROCESSES = ("gateway", "api", "workers", "background")
TICKETS = 500


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("house")) as one:
        one.start()
        yield one


def accounted_for(running: House) -> int:
    """Tickets that wait for a person or for an operator."""
    ours = "tenant_id = '<default>'"
    [(tasks,)] = running.sql(f"SELECT count(DISTINCT process_instance_key) FROM user_task WHERE ended_at IS NULL AND {ours}")
    [(incidents,)] = running.sql(
        f"SELECT count(DISTINCT process_instance_key) FROM incident WHERE resolved_at IS NULL AND {ours}"
    )
    return int(tasks) + int(incidents)


def test_real_tickets_are_all_accounted_for_although_every_process_is_killed(running: House, tmp_path: Path) -> None:
    if not REAL_TICKETS.exists():
        pytest.skip("shared/data/it_tickets.csv.gz is not beside this checkout")
    sent = running.command("tickets", "send", str(REAL_TICKETS), "--limit", str(TICKETS // 2))
    assert f"{TICKETS // 2} tickets sent" in sent.stdout

    for name in PROCESSES:
        running.kill(name)
        time.sleep(1.5)
    # The gateway may still be coming back: what is not announced now is announced by the outbox.
    running.command("tickets", "send", str(REAL_TICKETS), "--limit", str(TICKETS), check=False)
    running.command("tickets", "send", str(REAL_TICKETS), "--limit", str(TICKETS))

    running.wait_until(lambda: accounted_for(running) == TICKETS, 180, f"{TICKETS} tickets accounted for")
    [(instances, tickets)] = running.sql(
        "SELECT count(DISTINCT process_instance_key), count(DISTINCT value) FROM variable "
        "WHERE name = 'ticket_id' AND tenant_id = '<default>'"
    )
    assert (instances, tickets) == (TICKETS, TICKETS)
    assert running.sql("SELECT count(*) FROM ticket WHERE tenant_id = '<default>'") == [(TICKETS,)]
    notes = running.sql("SELECT count(*) FROM ticket_note GROUP BY ticket_number HAVING count(*) > 1")
    assert notes == []


def test_the_heat_map_counts_what_the_record_log_says(running: House) -> None:
    log = Counter(
        record["value"]["elementId"]
        for record in running.records()
        if record["valueType"] == "PROCESS_INSTANCE"
        and record["recordType"] == "EVENT"
        and record["intent"] == "ELEMENT_ACTIVATED"
        and record["value"]["bpmnProcessId"] == "ticket_triage"
        and record["value"]["bpmnElementType"] != "PROCESS"
        and record["value"]["tenantId"] == "<default>"
    )

    engine = open_engine(f"sqlite:///{running.data / 'penstock.db'}")
    heat_map = Queries(engine).heat_map("ticket_triage")
    engine.dispose()
    shown = {cell.element_id: cell.count for cell in heat_map.cells}

    assert shown == dict(log)


def test_strangers_see_only_login_and_health(running: House) -> None:
    with httpx.Client(base_url=running.web, follow_redirects=False) as stranger:
        health = stranger.get("/health")
        pages = {path: stranger.get(path) for path in ("/", "/inbox", "/instances", "/api/v1/tickets")}

    assert health.status_code == 200
    assert all(answer.status_code in {303, 307, 302, 401} for answer in pages.values()), pages


def test_starts_again_within_seconds_and_stops_cleanly(tmp_path: Path) -> None:
    with house(tmp_path) as one:
        one.start()
        assert one.stop() == 0

        seconds = one.start()

        assert seconds < 30
        assert one.stop() == 0


def test_a_shipped_process_that_was_changed_stays_changed_after_a_start(tmp_path: Path) -> None:
    shipped, mine = ROOT / "processes" / "ticket_triage" / "ticket_triage.bpmn", tmp_path / "ticket_triage.bpmn"
    mine.write_bytes(shipped.read_bytes().replace(b'name="Close ticket"', b'name="Say goodbye"'))
    newest = "SELECT version, xml FROM process_definition WHERE bpmn_process_id = 'ticket_triage' ORDER BY version DESC"
    with house(tmp_path / "house") as one:
        one.start()
        one.command("deploy", str(mine))
        one.stop()

        one.start()

        one.wait_until(lambda: len(one.sql(newest)) > 1, 30, "the changed process is in the read models")
        assert one.sql(newest)[0] == (2, mine.read_text(encoding="utf-8"))
        assert one.command("deploy", str(shipped)).stdout.count("ticket_triage  version 3") == 1
        assert one.stop() == 0


TENANTS = ("acme", "globex")
OWN = process("own").start().user_task("decide", groups='=["desk"]').service_task("work").end().xml()


def client_of(running: House, tenant_id: str) -> httpx.Client:
    """Someone of a tenant who may do everything there."""
    name = f"ann.{tenant_id}"
    running.command("accounts", "create", name, "--role", "admin", "--group", "desk", "--tenant", tenant_id)
    token = running.command("accounts", "token", name).stdout.strip()
    return httpx.Client(base_url=f"{running.web}/api/v1", headers={"Authorization": f"Bearer {token}"}, timeout=60)


def items(client: httpx.Client, path: str) -> list[dict[str, Any]]:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def test_tenants_do_the_same_at_once_and_see_nothing_of_each_other(running: House) -> None:
    clients = [client_of(running, tenant_id) for tenant_id in TENANTS]

    def live(client: httpx.Client) -> tuple[str, set[str]]:
        """Send tickets, deploy a process, start it and wait for its task; the task, and the keys of all instances."""
        for number in range(3):
            ticket = {"source": "shop", "external_id": str(number), "text": "The printer is on fire again."}
            assert client.post("/tickets", json=ticket).status_code == 201
        deployed = client.post("/deployments", files={"resources": ("own.bpmn", OWN)})
        assert deployed.json()["processes"][0]["version"] == 1
        started = client.post("/instances", json={"bpmn_process_id": "own"})
        assert started.status_code == 201, started.text
        triaged = "/user-tasks?bpmn_process_id=ticket_triage&state=CREATED"
        running.wait_until(lambda: len(items(client, triaged)) == 3, 120, "three tickets wait for somebody")
        running.wait_until(lambda: items(client, "/user-tasks?bpmn_process_id=own"), 60, "the task is shown")
        keys = {each["key"] for each in items(client, "/instances?limit=500")}
        return items(client, "/user-tasks?bpmn_process_id=own")[0]["key"], keys

    with ThreadPoolExecutor(len(clients)) as pool:
        (task, ours), (_, theirs) = pool.map(live, clients)
    acme, globex = clients

    assert not ours & theirs
    assert {globex.get(f"/instances/{key}").status_code for key in ours} == {404}
    assert globex.post(f"/user-tasks/{task}/completion").status_code == 404
    assert globex.put(f"/user-tasks/{task}/assignee", json={}).status_code == 404
    assert acme.put(f"/user-tasks/{task}/assignee", json={}).status_code == 204
    assert acme.post(f"/user-tasks/{task}/completion", json={"variables": {"yes": True}}).status_code == 204
    running.wait_until(
        lambda: running.sql("SELECT 1 FROM job WHERE type = 'work' AND tenant_id = 'acme'"), 60, "the process went on for acme"
    )
    assert running.sql("SELECT 1 FROM job WHERE type = 'work' AND tenant_id <> 'acme'") == []
    for client in clients:
        client.close()
