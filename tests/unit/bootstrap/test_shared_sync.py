"""Many wait for the disk once, and nobody is told that his work is safe by a wait that began before it."""

import asyncio
import threading
from pathlib import Path
from typing import ClassVar

import pytest
from sqlalchemy import text

from bootstrap.shared_sync import Secured, SharedSync, quick_database
from settings import Settings
from tests.factories import make_job
from zeebe.errors import BpmnError
from zeebe.job import Job, Variables


class SlowDisk:
    """Counts how often it was waited for; each wait lasts until it is let go."""

    def __init__(self) -> None:
        self.waits = 0
        self.began = threading.Semaphore(0)
        self.let_go = threading.Semaphore(0)

    def __call__(self) -> None:
        self.waits += 1
        self.began.release()
        self.let_go.acquire()


async def begun(disk: SlowDisk) -> None:
    """One more wait has begun."""
    await asyncio.to_thread(disk.began.acquire)


async def test_who_asks_while_the_disk_is_waited_for_shares_the_next_wait() -> None:
    disk = SlowDisk()
    sync = SharedSync(disk)
    first = asyncio.create_task(sync())
    await begun(disk)
    later = [asyncio.create_task(sync()) for _ in range(20)]
    await asyncio.sleep(0)

    disk.let_go.release()
    await first
    await begun(disk)
    told_early = [each.done() for each in later]
    disk.let_go.release()
    await asyncio.gather(*later)

    assert not any(told_early)
    assert disk.waits == 2


async def test_a_disk_that_fails_fails_all_who_waited_and_nobody_after() -> None:
    failures = [OSError("no space left"), None]

    def disk() -> None:
        if failure := failures.pop(0):
            raise failure

    sync = SharedSync(disk)

    with pytest.raises(OSError, match="no space left"):
        await sync()
    await sync()

    assert failures == []


async def test_who_gives_up_waiting_holds_nobody_up() -> None:
    disk = SlowDisk()
    sync = SharedSync(disk)
    one, other = asyncio.create_task(sync()), asyncio.create_task(sync())
    await begun(disk)

    one.cancel()
    disk.let_go.release()
    await other

    assert one.cancelled() or one.cancelling()


class Writes:
    job_type: ClassVar[str] = "writes"

    def __init__(self, said: list[str], error: Exception | None = None) -> None:
        self.said = said
        self.error = error

    async def __call__(self, job: Job) -> Variables:
        self.said.append(f"wrote for {job.key}")
        if self.error is not None:
            raise self.error
        return {"written": True}


async def test_a_worker_s_outcome_is_told_when_its_writes_are_safe() -> None:
    said: list[str] = []

    async def secure() -> None:
        said.append("safe")

    done = await Secured(Writes(said), secure)(make_job(key=7))
    with pytest.raises(BpmnError):
        await Secured(Writes(said, BpmnError("NONE", "nothing")), secure)(make_job(key=8))
    with pytest.raises(RuntimeError):
        await Secured(Writes(said, RuntimeError("a mistake")), secure)(make_job(key=9))

    assert done == {"written": True}
    assert said == ["wrote for 7", "safe", "wrote for 8", "safe", "wrote for 9", "safe"]
    assert Secured(Writes(said), secure).job_type == "writes"


async def test_a_job_whose_writes_cannot_be_made_safe_is_not_done() -> None:
    async def secure() -> None:
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        await Secured(Writes([]), secure)(make_job())


async def test_what_was_written_quickly_is_there_for_others_and_brought_to_the_disk(tmp_path: Path) -> None:
    with quick_database(Settings(data_dir=tmp_path)) as quick:
        assert quick is not None
        with quick.engine.begin() as connection:
            connection.execute(text("CREATE TABLE t (a INTEGER)"))
            synchronous = connection.execute(text("PRAGMA synchronous")).scalar_one()

        await quick.secure()

    # NORMAL: a commit itself does not wait.
    assert synchronous == 1


@pytest.mark.parametrize("changes", [{"engine_sync": "NORMAL"}, {"database_url": "postgresql://penstock@db/penstock"}])
def test_where_nothing_is_to_be_won_there_is_no_quick_database(tmp_path: Path, changes: dict[str, str]) -> None:
    with quick_database(Settings(data_dir=tmp_path, **changes)) as quick:
        assert quick is None
