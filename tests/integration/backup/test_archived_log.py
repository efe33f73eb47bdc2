"""A machine that is lost with its disk: what its archived log holds comes back, up to the last moments.

As docs/how-to/back-up.md says it: engine and read models in PostgreSQL, its log archived after so many seconds, a base backup.
"""

import json
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, text

import bootstrap
from engine.state.opening import open_reader
from engine.state.postgres import PostgresStore
from engine.state.verify import verify
from services.crm import NewTicket
from settings import Settings
from tests.bpmn_builder import process
from tests.engine_rig import EngineRig
from tests.postgres import PostgresServer, make_cluster, run_tool, server_folder, serving

PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Machine:
    """Where the server's data, its base backup and the archive lie: the last two on another disk."""

    folder: Path

    @property
    def archive(self) -> Path:
        return self.folder / "archive"

    @property
    def base(self) -> Path:
        return self.folder / "base"


@pytest.fixture
def machine() -> Iterator[Machine]:
    with server_folder() as folder:
        made = Machine(folder)
        made.archive.mkdir()
        os.chown(made.archive, folder.stat().st_uid, folder.stat().st_gid)
        yield made


def work(server: PostgresServer, tmp_path: Path, number: int) -> None:
    """A ticket in the business tables, and an instance in the engine's state."""
    url = server.url("house")
    settings = Settings(data_dir=tmp_path, database_url=url, engine_url=url)
    if number == 1:
        bootstrap.upgrade_database(settings)
    engine = bootstrap.sql_engine(settings)
    bootstrap.ticket_desk(engine).intake([NewTicket(source="shop", external_id=str(number), text="help")])
    engine.dispose()
    store = PostgresStore(url)
    rig = EngineRig(store)
    rig.deploy(process("p").start().service_task("work").end())
    rig.create("p", {"number": number})
    store.close()


def is_archived(server: PostgresServer, segment: str) -> bool:
    with psycopg.connect(host="127.0.0.1", port=server.port, user="postgres", dbname="postgres") as connection:
        (last,) = connection.execute("SELECT last_archived_wal FROM pg_stat_archiver").fetchone() or ("",)
    return bool(last) and str(last)[:24] >= segment


def segment_now(server: PostgresServer) -> str:
    with psycopg.connect(host="127.0.0.1", port=server.port, user="postgres", dbname="postgres") as connection:
        return str((connection.execute("SELECT pg_walfile_name(pg_current_wal_lsn())").fetchone() or ("",))[0])


def test_what_was_done_since_the_base_backup_comes_back_from_the_archive(machine: Machine, tmp_path: Path) -> None:
    copy = f"archive_command=test ! -f {machine.archive}/%f && cp %p {machine.archive}/%f"
    with serving(make_cluster(machine.folder), "archive_mode=on", "archive_timeout=1", copy, "fsync=off") as lost:
        with psycopg.connect(
            host="127.0.0.1", port=lost.port, user="postgres", dbname="postgres", autocommit=True
        ) as connection:
            connection.execute("CREATE DATABASE house")
        work(lost, tmp_path, 1)
        run_tool(
            machine.folder,
            "pg_basebackup",
            "-D",
            machine.base,
            "-h",
            "127.0.0.1",
            "-p",
            str(lost.port),
            "-U",
            "postgres",
            "-c",
            "fast",
        )
        work(lost, tmp_path, 2)
        last = segment_now(lost)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not is_archived(lost, last):
            assert time.monotonic() < deadline, "the segment was not archived"
            time.sleep(0.05)
        os.kill(lost.process.pid, signal.SIGKILL)

    (machine.base / "recovery.signal").touch()
    with serving(machine.base, f"restore_command=cp {machine.archive}/%f %p", "hot_standby=off") as restored:
        url = restored.url("house")
        engine = create_engine(url)
        with engine.connect() as connection:
            tickets = connection.execute(text("SELECT external_id FROM ticket ORDER BY 1")).scalars().all()
        engine.dispose()
        reader = open_reader(tmp_path, url)
        found = verify(reader)
        reader.close()
        store = PostgresStore(url)
        jobs = EngineRig(store).activate("work")
        store.close()

    assert list(tickets) == ["1", "2"]
    assert list(found.lines()) == []
    assert [json.loads(job.variables) for job in jobs] == [{"number": 1}, {"number": 2}]
