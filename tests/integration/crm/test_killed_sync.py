"""kill -9 in the middle of a first load: the next run goes on at the page that was not kept, and holds each record once."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text, update

from services.crm.connectors.tables import connection
from tests.crm_rig import add_connection
from tests.servers.amocrm import AmoCrmServer
from tests.servers.http import serving
from tests.web_app import open_database

ROOT = Path(__file__).parents[3]
RECORDS, PAGES = 1100, 5


def sync(database: Path, url: str, *dying: str) -> subprocess.CompletedProcess[str]:
    arguments = [f"sqlite:///{database}", url, *dying]
    command = [sys.executable, "-m", "tests.integration.crm.dying_sync", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(("point", "pages_left"), [("asked", PAGES - 1), ("kept", PAGES - 2)])
def test_a_killed_load_goes_on_where_it_was(tmp_path: Path, point: str, pages_left: int) -> None:
    database = tmp_path / "ours.db"
    engine = open_database(database)
    add_connection(engine, system="amocrm")
    server = AmoCrmServer()
    for number in range(1, RECORDS + 1):
        server.put("customer", number, {"name": f"Customer {number}"})
    with serving(server):
        killed = sync(database, server.base_url, point, "2")
        with engine.begin() as held:
            # The killed one's lease runs out.
            held.execute(update(connection).values(held_until=0))

        finished = sync(database, server.base_url)

    seen, is_finished, pages = finished.stdout.split() if finished.returncode == 0 else (finished.stderr, "", "")
    assert killed.returncode == -signal.SIGKILL
    assert (is_finished, len(pages.split(","))) == ("True", pages_left), seen
    with engine.connect() as reading:
        counted = reading.execute(text("SELECT count(*), count(DISTINCT record_id) FROM crm_record")).one()
    assert tuple(counted) == (RECORDS, RECORDS)
    engine.dispose()
