"""What /ready says of read models that are behind."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert

from bootstrap.background_work import why_no_queue
from bootstrap.readiness import why_behind
from history.queries import Queries
from history.tables import projection
from settings import Settings
from tests.databases import empty_database
from tests.web_app import running_web_app
from zeebe.errors import Unavailable
from zeebe.records import Record


@dataclass
class Log:
    last: dict[int, int] = field(default_factory=dict)
    is_away: bool = False

    async def last_positions(self) -> dict[int, int]:
        if self.is_away:
            raise Unavailable("no engine")
        return self.last

    def batches(self, after: Mapping[int, int]) -> AsyncIterator[list[Record]]:
        raise NotImplementedError

    def once(self, after: Mapping[int, int]) -> AsyncIterator[list[Record]]:
        raise NotImplementedError

    async def dropped_through(self) -> int:
        return 0


def projected(tmp_path: Path, position: int, *, seconds_ago: float) -> Engine:
    engine = empty_database(f"sqlite:///{tmp_path / 'history.db'}")
    at = int((datetime.now(UTC).timestamp() - seconds_ago) * 1000)
    with engine.begin() as connection:
        connection.execute(insert(projection), {"partition_id": 1, "position": position, "timestamp": at})
    return engine


@pytest.mark.parametrize(
    ("log", "seconds_ago", "said"),
    [
        (Log({1: 700}), 3600, ""),
        (Log({1: 9_000}), 5, ""),
        (Log({1: 20_700}), 5, "20,000 records behind"),
        (Log({1: 701, 2: 4}), 3600, "6 records behind; the newest they hold is 3,600 s old"),
        (Log(is_away=True), 5, "nobody can say how far read models are: Unavailable"),
    ],
    ids=["caught up", "a little", "many records", "few for long", "no engine"],
)
async def test_a_lag_is_named_where_it_is_worth_a_word(tmp_path: Path, log: Log, seconds_ago: float, said: str) -> None:
    engine = projected(tmp_path, 700, seconds_ago=seconds_ago)

    reason = await why_behind(log, Queries(engine))

    engine.dispose()
    assert said in reason
    assert bool(said) == bool(reason)


async def test_what_is_late_is_named_and_makes_nobody_unready(tmp_path: Path) -> None:
    async def well() -> str:
        return ""

    async def behind() -> str:
        return "read models are 5 records behind"

    async with (
        running_web_app(tmp_path, checks={"database": well}, late={"read_models": behind}) as app,
        app.browser() as browser,
    ):
        late = await browser.get("/ready")
    async with (
        running_web_app(tmp_path, checks={"database": behind}, late={"read_models": well}) as app,
        app.browser() as browser,
    ):
        down = await browser.get("/ready")

    parts = {"database": {"status": "UP"}, "read_models": {"status": "LATE", "reason": "read models are 5 records behind"}}
    assert (late.status_code, late.json()) == (200, {"status": "UP", "parts": parts})
    assert (down.status_code, down.json()["parts"]["database"]["status"]) == (503, "DOWN")


def test_a_queue_that_is_away_is_named(tmp_path: Path) -> None:
    with_folders = why_no_queue(Settings(data_dir=tmp_path))
    without_redis = why_no_queue(Settings(data_dir=tmp_path, redis_url="redis://127.0.0.1:1/0"))

    assert with_folders == ""
    assert "Redis does not answer" in without_redis
