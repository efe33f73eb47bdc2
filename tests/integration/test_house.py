"""The whole house on real tickets: every one accounted for, also when its processes are killed."""

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from history.database import open_engine
from history.queries import Queries
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
    [(tasks,)] = running.sql("SELECT count(DISTINCT process_instance_key) FROM user_task WHERE ended_at IS NULL")
    [(incidents,)] = running.sql("SELECT count(DISTINCT process_instance_key) FROM incident WHERE resolved_at IS NULL")
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
        "SELECT count(DISTINCT process_instance_key), count(DISTINCT value) FROM variable WHERE name = 'ticket_id'"
    )
    assert (instances, tickets) == (TICKETS, TICKETS)
    assert running.sql("SELECT count(*) FROM ticket") == [(TICKETS,)]
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
