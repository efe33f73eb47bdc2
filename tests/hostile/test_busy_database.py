"""A database that is locked by somebody else: what is said, what is tried again, and what no error repeats."""

import sqlite3
import threading
from pathlib import Path
from time import sleep

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from history.database import open_engine
from services.crm import NewTicket, SqlTicketDesk
from tests.databases import empty_database
from tests.web_app import WebApp

SECRET = "ivan.petrov@mail.example"


def test_an_error_of_the_database_names_no_value(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'x.db'}")

    with engine.connect() as connection, pytest.raises(OperationalError) as raised:
        connection.execute(text("INSERT INTO nowhere VALUES (:email)"), {"email": SECRET})

    assert SECRET not in str(raised.value)


def test_a_ticket_is_taken_in_although_a_connection_still_reads_an_older_state(tmp_path: Path) -> None:
    engine = empty_database(f"sqlite:///{tmp_path / 'penstock.db'}")
    with engine.connect() as connection:
        # Left in the middle, as a reader that stopped early leaves it.
        left = connection.connection.dbapi_connection.cursor()
        left.execute("SELECT name FROM sqlite_schema").fetchone()
    with sqlite3.connect(tmp_path / "penstock.db", isolation_level=None, check_same_thread=False) as other:
        other.execute("BEGIN IMMEDIATE")
        writing = threading.Thread(target=lambda: (sleep(0.3), other.execute("COMMIT")))
        writing.start()

        [receipt] = SqlTicketDesk(engine).intake([NewTicket("shop", "1", "It is broken")])
        writing.join()

    assert receipt.is_new
    engine.dispose()


async def test_a_request_that_meets_a_lost_database_is_told_to_come_again(web_app: WebApp) -> None:
    headers = web_app.bearer(web_app.account("staff"))
    with web_app.engine.begin() as connection:
        connection.execute(text("ALTER TABLE ticket RENAME TO away"))

    async with web_app.browser() as browser:
        answer = await browser.client.get("/api/v1/tickets", headers=headers)

    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert "ticket" not in answer.json()["detail"].replace("tickets", "")
