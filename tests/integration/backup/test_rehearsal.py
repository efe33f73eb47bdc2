"""Backups by the clock and their rehearsal, on files and on a real PostgreSQL."""

import shutil
import tarfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

import bootstrap
from bootstrap.backups import back_up, background_tasks, offer_backups, rehearse_if_due
from engine.state.opening import open_store
from services.backup import BackupFailed, KeptBackups
from services.crm import NewTicket
from services.monitoring import Metrics
from settings import Settings
from tests.postgres import PostgresServer

NOW = datetime(2026, 11, 21, 2, 15, tzinfo=UTC)
DAY = timedelta(days=1)
SCRATCH = "SELECT count(*) FROM pg_database WHERE datname LIKE 'penstock_rehearsal_%'"


def installation(tmp_path: Path, **changes: Any) -> Settings:
    """A small one with a ticket in it; its gateway does not run."""
    settings = Settings(data_dir=tmp_path / "data", backup_dir=tmp_path / "backups", backup_keep=2, **changes)
    open_store(settings.data_dir, settings.engine_store_url).close()
    bootstrap.upgrade_database(settings)
    bootstrap.ensure_administrator(settings)
    engine = bootstrap.sql_engine(settings)
    bootstrap.ticket_desk(engine).intake([NewTicket(source="shop", external_id="1", text="help")])
    engine.dispose()
    return settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return installation(tmp_path)


@pytest.fixture
def on_postgresql(tmp_path: Path, postgres_server: PostgresServer) -> Iterator[Settings]:
    if shutil.which("pg_dump") is None:
        pytest.skip("pg_dump is not installed (Debian: apt-get install postgresql-client)")
    name = postgres_server.create_database()
    url = postgres_server.url(name)
    yield installation(tmp_path, database_url=url, engine_url=url)
    postgres_server.drop_database(name)


def test_the_clock_s_backups_are_made_rehearsed_and_only_the_newest_stay(settings: Settings) -> None:
    made = [back_up(settings, NOW + day * DAY) for day in range(3)]

    rehearsed = rehearse_if_due(settings, NOW + 3 * DAY)

    assert [path.exists() for path in made] == [False, True, True]
    assert rehearsed is not None
    assert (rehearsed.archive, rehearsed.problem, rehearsed.succeeded_at) == (made[-1].name, "", NOW + 3 * DAY)
    assert sorted(path.name for path in settings.backups.iterdir()) == [made[1].name, made[2].name, "rehearsal.json"]
    assert figures(settings)["penstock_backup_rehearsal_failed"] == 0


def test_a_rehearsal_is_due_once_a_week(settings: Settings) -> None:
    back_up(settings, NOW)

    done = [rehearse_if_due(settings, NOW + timedelta(days=days)) is not None for days in (0, 1, 6.9, 7.1)]

    assert done == [True, False, False, True]


def test_a_rehearsal_on_postgresql_leaves_no_database_behind_and_the_own_one_alone(on_postgresql: Settings) -> None:
    back_up(on_postgresql, NOW)

    rehearsed = rehearse_if_due(on_postgresql, NOW)

    assert rehearsed is not None
    assert rehearsed.problem == ""
    with psycopg.connect(plain(on_postgresql.engine_store_url)) as connection:
        assert connection.execute(SCRATCH).fetchone() == (0,)
        connection.execute("SELECT set_config('app.tenant', '*', false)")
        assert connection.execute("SELECT count(*) FROM ticket").fetchone() == (1,)


def test_a_role_that_may_create_no_database_is_told_which_setting_names_one(
    on_postgresql: Settings, postgres_server: PostgresServer
) -> None:
    back_up(on_postgresql, NOW)
    with psycopg.connect(plain(on_postgresql.engine_store_url), autocommit=True) as connection:
        connection.execute("CREATE ROLE penstock_small LOGIN")
    small = postgres_server.role_url("penstock_small", "postgres")
    weak = on_postgresql.model_copy(update={"backup_rehearsal_url": type(on_postgresql.engine_url)(small)})  # type: ignore[call-arg]

    with pytest.raises(BackupFailed, match="PENSTOCK_BACKUP_REHEARSAL_URL"):
        rehearse_if_due(weak, NOW)


def plain(url: str | None) -> str:
    """Without SQLAlchemy's name of a driver."""
    return (url or "").replace("+psycopg", "")


def damaged(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 0xFF
    path.write_bytes(content)


def cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-2000])


def without_a_ticket(path: Path) -> None:
    """Sums are right, and a row is gone: what only comparing counts can find."""
    folder = path.parent.parent / "tampered"
    with tarfile.open(path) as tar:
        tar.extractall(folder, filter="data")
    manifest = (folder / "manifest.json").read_text().replace('"table:ticket": 1', '"table:ticket": 2')
    (folder / "manifest.json").write_text(manifest)
    with tarfile.open(path, "w:gz") as tar:
        for file in sorted(each for each in folder.rglob("*") if each.is_file() and each.name != "manifest.json"):
            tar.add(file, str(file.relative_to(folder)))
        tar.add(folder / "manifest.json", "manifest.json")


@pytest.mark.parametrize("spoil", [damaged, cut_off, without_a_ticket])
def test_a_backup_that_cannot_be_restored_is_told_and_tried_again_the_next_day(
    settings: Settings, spoil: Callable[[Path], None]
) -> None:
    good = rehearse_if_due(settings, NOW) or (back_up(settings, NOW), rehearse_if_due(settings, NOW))[1]
    spoil(back_up(settings, NOW + 8 * DAY))

    with pytest.raises(BackupFailed):
        rehearse_if_due(settings, NOW + 8 * DAY)
    with pytest.raises(BackupFailed):
        rehearse_if_due(settings, NOW + 9.1 * DAY)

    last = KeptBackups(settings.backups, 2).rehearsal()
    assert good is not None
    assert last is not None
    assert (bool(last.problem), last.succeeded_at) == (True, good.succeeded_at)
    assert figures(settings)["penstock_backup_rehearsal_failed"] == 1
    assert figures(settings)["penstock_backup_rehearsal_success_timestamp_seconds"] == NOW.timestamp()
    assert not list(settings.backups.glob(".rehearsal-*"))
    assert told_administrators(settings) == ["backup.rehearse", "backup.rehearse"]


def test_a_backup_that_fails_is_told_and_deletes_nothing(settings: Settings) -> None:
    made = back_up(settings, NOW)
    (settings.data_dir / "engine.db").unlink()

    with pytest.raises(BackupFailed, match="no such database"):
        back_up(settings, NOW + DAY)

    assert made.exists()
    assert told_administrators(settings) == ["backup.make"]


def test_without_a_place_for_them_there_are_no_backups_by_the_clock(settings: Settings) -> None:
    names = [task.name for task in background_tasks(settings)]

    without = [background_tasks(settings.model_copy(update=each)) for each in ({"backup_dir": None}, {"backup_hours": 0})]
    cluster = background_tasks(settings.model_copy(update={"zeebe_address": "127.0.0.1:26500"}))

    assert names == ["backup.make", "backup.rehearse"]
    assert [*without, cluster] == [[], [], []]


def test_the_first_backup_is_missed_where_the_clock_should_have_made_one(settings: Settings) -> None:
    by_hand = settings.model_copy(update={"backup_dir": None})

    before = figures(settings)
    back_up(settings, NOW)

    assert before == {"penstock_backup_newest_timestamp_seconds": 0}
    assert figures(settings)["penstock_backup_newest_timestamp_seconds"] > NOW.timestamp() - 365 * 86_400
    assert figures(by_hand) == {}


def figures(settings: Settings) -> dict[str, float]:
    metrics = Metrics()
    offer_backups(metrics, settings)
    lines = [line for line in metrics.text().decode().splitlines() if line.startswith("penstock_backup_")]
    return {line.partition("{")[0]: float(line.rpartition(" ")[2]) for line in lines}


def told_administrators(settings: Settings) -> list[str]:
    engine = bootstrap.sql_engine(settings)
    try:
        with engine.connect() as connection:
            rows = connection.execute(text("SELECT subject_key FROM notification WHERE event = 'background_failed'"))
            return [row.subject_key.removeprefix("task:") for row in rows]
    finally:
        engine.dispose()
