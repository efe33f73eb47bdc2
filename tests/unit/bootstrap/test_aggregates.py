"""Cached questions answer as plain ones do, over the golden log."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from bootstrap.aggregates import CachedQueries, aggregate_cache
from history.queries import InstanceFilter, Queries
from services.aggregates import AggregateCache, InMemoryStore
from settings import Settings
from tests.databases import empty_database
from tests.history_log import golden, project

LOG = golden()
FIRST = datetime.fromtimestamp(LOG[0].timestamp / 1000).astimezone()
LAST = datetime.fromtimestamp(LOG[-1].timestamp / 1000).astimezone()
FILTERS = (
    None,
    InstanceFilter(states=("COMPLETED",)),
    InstanceFilter(states=("ACTIVE", "INCIDENT"), started_after=FIRST, started_before=LAST),
    InstanceFilter(bpmn_process_id="order"),
)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = empty_database(f"sqlite:///{tmp_path / 'history.db'}")
    project(engine, LOG)
    yield engine
    engine.dispose()


def cached(engine: Engine) -> CachedQueries:
    return CachedQueries(engine, AggregateCache(InMemoryStore()))


def asked(queries: Queries) -> list[object]:
    """Every aggregate, over spans that begin and end within hours and days."""
    spans = [(None, None), (FIRST, LAST), (FIRST + timedelta(minutes=20), LAST - timedelta(minutes=20))]
    processes = [process.bpmn_process_id for process in queries.processes()]
    return [
        queries.processes(),
        *(queries.process_versions(process) for process in processes),
        *(queries.heat_map(process, None, *span) for process in processes for span in spans),
        *(queries.heat_map(process, 1) for process in processes),
        *(queries.summary(since) for since in (FIRST, LAST - timedelta(hours=1), LAST + timedelta(hours=2))),
        *(queries.throughput(FIRST, LAST + timedelta(hours=hours), every) for hours in (0, 1, 5) for every in ("hour", "day")),
        queries.throughput(FIRST, LAST, "day", processes[0]),
        *(queries.count_instances(where) for where in FILTERS),
    ]


def test_the_cached_answers_are_the_plain_ones_asked_once_and_asked_again(engine: Engine) -> None:
    plain, kept = Queries(engine), cached(engine)

    answers = asked(plain)

    assert asked(kept) == answers
    assert asked(kept) == answers


def test_asked_again_nothing_but_the_position_is_read(engine: Engine) -> None:
    kept = cached(engine)
    asked(kept)
    statements: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *call: statements.append(call[2]))

    asked(kept)

    assert statements
    assert {statement.split("FROM ")[1].split()[0] for statement in statements} == {"projection"}


def test_what_is_projected_is_seen_at_once(tmp_path: Path) -> None:
    engine = empty_database(f"sqlite:///{tmp_path / 'history.db'}")
    kept, half = cached(engine), len(LOG) // 2
    project(engine, LOG[:half])
    before = kept.processes()

    project(engine, LOG[half:])

    assert kept.processes() == Queries(engine).processes() != before
    engine.dispose()


def test_a_tenant_s_answers_are_its_own(engine: Engine) -> None:
    cache = AggregateCache(InMemoryStore())

    ours, theirs = CachedQueries(engine, cache).processes(), CachedQueries(engine, cache, "acme").processes()

    assert (len(ours), theirs) == (3, [])


def test_installations_that_share_a_redis_keep_apart(tmp_path: Path) -> None:
    one, other = (Settings(data_dir=tmp_path / name) for name in ("one", "other"))

    prefixes = {aggregate_cache(each).prefix for each in (one, other)}

    assert len(prefixes) == 2
    assert aggregate_cache(one) is aggregate_cache(one)
