"""The migration that takes a held mail's count out of its sentence, and back."""

from collections.abc import Iterator
from importlib import import_module

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, create_engine, text

migration = import_module("migrations.versions.0046_mail_received_lately")


@pytest.fixture
def connection() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    with engine.connect() as one, Operations.context(MigrationContext.configure(one)):
        one.execute(text("CREATE TABLE mail_received (number INTEGER PRIMARY KEY, verdict TEXT, detail TEXT)"))
        yield one
    engine.dispose()


def test_a_count_leaves_its_sentence_and_comes_back(connection: Connection) -> None:
    flood, unreadable = "61 mails of this sender within an hour", "the mail has more than 200 parts"
    rows = [("held", flood), ("held", unreadable), ("bounce", flood)]
    for verdict, detail in rows:
        connection.execute(text("INSERT INTO mail_received (verdict, detail) VALUES (:v, :d)"), {"v": verdict, "d": detail})

    migration.upgrade()
    after = connection.execute(text("SELECT verdict, detail, lately FROM mail_received ORDER BY number")).all()
    migration.downgrade()
    back = connection.execute(text("SELECT verdict, detail FROM mail_received ORDER BY number")).all()

    assert after == [("held", "", 61), ("held", unreadable, 0), ("bounce", flood, 0)]
    assert back == rows
