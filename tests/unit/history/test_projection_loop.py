import asyncio
from collections.abc import AsyncIterator, Mapping

import pytest
from structlog.testing import capture_logs

from history import projection_loop
from history.projection_loop import run
from history.projector import ProjectionStopped, Projector
from tests.databases import empty_database
from tests.history_log import contents, golden, project
from zeebe.errors import BeyondTheLog
from zeebe.records import Record

LOG = golden()


class RecordedSource:
    """A log that was recorded before, given out in pieces; at its end it waits for ever, or ends."""

    def __init__(self, records: list[Record], piece: int = 7, *, follows: bool = False) -> None:
        self.records = records
        self.asked: list[int] = []
        self._piece = piece
        self._follows = follows

    async def batches(self, after: Mapping[int, int]) -> AsyncIterator[list[Record]]:
        after_position = after.get(1, -1)
        self.asked.append(after_position)
        remaining = [record for record in self.records if record.position > after_position]
        for start in range(0, len(remaining), self._piece):
            yield remaining[start : start + self._piece]
            await asyncio.sleep(0)
        if self._follows:
            await asyncio.Event().wait()


@pytest.fixture
def engine(tmp_path):
    return empty_database(f"sqlite:///{tmp_path / 'history.db'}")


async def test_projects_a_source_to_its_end(engine, tmp_path) -> None:
    whole = empty_database(f"sqlite:///{tmp_path / 'whole.db'}")
    project(whole, LOG)
    seen: list[int] = []

    await run(RecordedSource(LOG), Projector(engine), on_progress=seen.append)

    assert contents(engine) == contents(whole)
    assert seen == sorted(seen)
    assert seen[-1] == LOG[-1].position


class BroughtBack(RecordedSource):
    """A log that is brought back to its first half, with its read models, while it is followed."""

    def __init__(self, records: list[Record], engine) -> None:
        super().__init__(records)
        self._engine = engine
        self.applied = asyncio.Event()

    def hear(self, position: int) -> None:
        if position == LOG[-1].position:
            self.applied.set()

    async def batches(self, after: Mapping[int, int]) -> AsyncIterator[list[Record]]:
        async for records in super().batches(after):
            yield records
        if len(self.asked) == 1:
            await self.applied.wait()
            projector = Projector(self._engine)
            projector.reset()
            projector.apply(LOG[:500])
            raise BeyondTheLog("the record log ends earlier")


async def test_goes_on_from_where_a_database_was_brought_back_to(engine, tmp_path) -> None:
    whole = empty_database(f"sqlite:///{tmp_path / 'whole.db'}")
    project(whole, LOG)
    source = BroughtBack(LOG, engine)

    await run(source, Projector(engine), on_progress=source.hear)

    assert source.asked == [-1, LOG[499].position]
    assert contents(engine) == contents(whole)


async def test_read_models_beyond_the_log_are_told_until_they_fit(engine, monkeypatch) -> None:
    monkeypatch.setattr(projection_loop, "AGAIN_SECONDS", 0.01)
    Projector(engine).apply(LOG)

    class Short(RecordedSource):
        async def batches(self, after: Mapping[int, int]) -> AsyncIterator[list[Record]]:
            self.asked.append(after[1])
            if len(self.asked) < 3:
                raise BeyondTheLog("the record log ends earlier")
            yield []

    source = Short(LOG)
    with capture_logs() as logs:
        await run(source, Projector(engine))

    assert source.asked == [LOG[-1].position] * 3
    assert [each["event"] for each in logs].count("read_models_beyond_log") == 2


async def test_starts_after_the_stored_position(engine) -> None:
    Projector(engine).apply(LOG[:500])
    source = RecordedSource(LOG)

    await run(source, Projector(engine))

    assert source.asked == [LOG[499].position]
    assert Projector(engine).position() == LOG[-1].position


async def test_a_reader_that_is_faster_waits(engine, monkeypatch) -> None:
    monkeypatch.setattr(projection_loop, "BUFFERED_RECORDS", 10)
    monkeypatch.setattr(projection_loop, "BATCH_RECORDS", 4)

    await run(RecordedSource(LOG[:200], piece=9), Projector(engine))

    assert Projector(engine).position() == LOG[199].position


async def test_records_that_follow_a_batch_gather(engine, monkeypatch) -> None:
    monkeypatch.setattr(projection_loop, "REST_SECONDS_PER_RECORD", 60)
    monkeypatch.setattr(projection_loop, "LONGEST_REST", 60)
    batches: list[int] = []

    await run(RecordedSource(LOG[:200]), Projector(engine), on_batch=lambda records: batches.append(len(records)))

    # What had come when the loop began, and all the rest together: the source's end is no reason to wait.
    assert sum(batches) == 200
    assert len(batches) == 2


async def test_a_full_batch_ends_the_rest(engine, monkeypatch) -> None:
    monkeypatch.setattr(projection_loop, "REST_SECONDS_PER_RECORD", 60)
    monkeypatch.setattr(projection_loop, "LONGEST_REST", 60)
    monkeypatch.setattr(projection_loop, "BATCH_RECORDS", 50)
    batches: list[int] = []

    await run(RecordedSource(LOG[:200]), Projector(engine), on_batch=lambda records: batches.append(len(records)))

    assert sum(batches) == 200
    assert set(batches[1:-1]) == {50}


async def test_continues_where_another_projector_went(engine, tmp_path) -> None:
    """As after a rebuild: the stored position goes back while the loop runs."""
    whole = empty_database(f"sqlite:///{tmp_path / 'whole.db'}")
    project(whole, LOG)
    projector = Projector(engine)
    resets = iter([True])

    def rebuild_once(_position: int) -> None:
        if next(resets, False):
            Projector(engine).reset()

    source = RecordedSource(LOG, piece=100)
    await run(source, projector, on_progress=rebuild_once)

    assert source.asked == [-1, -1]
    assert contents(engine) == contents(whole)


async def test_ends_with_the_record_that_cannot_be_applied(engine) -> None:
    unknown = Record(
        position=LOG[-1].position + 1, value_type="HOLOGRAM", intent="SHOWN", key=1, timestamp=1, record_type="EVENT", value={}
    )

    with pytest.raises(ProjectionStopped, match="HOLOGRAM SHOWN"):
        await run(RecordedSource([*LOG, unknown], follows=True), Projector(engine))

    assert Projector(engine).position() == LOG[-1].position


async def test_a_failing_source_is_not_taken_for_its_end(engine) -> None:
    class Breaking(RecordedSource):
        async def batches(self, after: Mapping[int, int]) -> AsyncIterator[list[Record]]:
            async for records in super().batches(after):
                yield records
                raise ConnectionError("cut")

    with pytest.raises(ConnectionError, match="cut"):
        await run(Breaking(LOG), Projector(engine))


async def test_a_cancelled_loop_leaves_no_transaction_behind(engine) -> None:
    applied = asyncio.Event()
    source = RecordedSource(LOG, follows=True)
    loop = asyncio.create_task(run(source, Projector(engine), on_progress=lambda _position: applied.set()))
    await applied.wait()

    loop.cancel()
    with pytest.raises(asyncio.CancelledError):
        await loop

    project(engine, LOG)
    assert Projector(engine).position() == LOG[-1].position
