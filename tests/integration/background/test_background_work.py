"""Real Celery workers on both brokers: what was asked for is done, once, whatever is killed meanwhile."""

import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy import Engine, text

from services.background_work import SqlTaskBook, TaskState
from tests.background_worker import book_of, make_tables, open_database
from tests.redis_server import RedisServer
from workers.background import background_app, sender

ROOT = Path(__file__).parents[3]


@dataclass
class Fleet:
    """Workers over one database and one broker."""

    folder: Path
    redis: RedisServer | None
    engine: Engine
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def redis_url(self) -> str:
        return self.redis.url if self.redis else ""

    @property
    def book(self) -> SqlTaskBook:
        return book_of(self.engine)

    def start(self, count: int = 1) -> None:
        for _ in range(count):
            self.workers.append(self._spawn(len(self.workers)))

    def supervise(self) -> None:
        """Start those anew that ended by themselves, as `penstock background` does."""
        for number, worker in enumerate(self.workers):
            if worker.poll() is not None and worker.returncode != -signal.SIGKILL:
                self.workers[number] = self._spawn(number)

    def _spawn(self, number: int) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.background_worker", str(self.folder), self.redis_url]
        with (self.folder / f"worker{number}.log").open("ab") as log:
            return subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)

    def sender(self, name: str) -> Callable[[str], None]:
        app = background_app(folder=self.folder / "background", redis_url=self.redis_url or None)
        return sender(app, self.book, name)

    def effects(self, task: str) -> list[tuple[str, int, float]]:
        with self.engine.connect() as connection:
            rows = connection.execute(
                text("SELECT subject, pid, at FROM effect WHERE task = :task ORDER BY at"), {"task": task}
            )
            return [tuple(row) for row in rows]

    def wait(self, condition: Callable[[], bool], seconds: float = 40) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            self.supervise()
            logs = "\n".join(path.read_text(errors="replace")[-1500:] for path in self.folder.glob("worker*.log"))
            assert time.monotonic() < deadline, f"not within {seconds} s; {self.book.counts()}\n{logs}"
            time.sleep(0.05)


@pytest.fixture(params=["folders", "redis"])
def fleet(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Fleet]:
    server = RedisServer() if request.param == "redis" else None
    engine = open_database(tmp_path)
    make_tables(engine)
    made = Fleet(tmp_path, server, engine)
    if server:
        server.start()
    try:
        yield made
    finally:
        for worker in made.workers:
            worker.kill()
            worker.wait(timeout=10)
        if server:
            server.close()
        engine.dispose()


def test_what_fails_is_tried_later_and_later_laid_aside_and_sent_again(fleet: Fleet) -> None:
    fleet.start()
    fleet.sender("fragile")("F-1")
    fleet.wait(lambda: fleet.book.counts()[TaskState.DEAD] == 1)
    tries = [at for _subject, _pid, at in fleet.effects("tried")]
    (dead,) = fleet.book.dead_letters()

    (fleet.folder / "mended").touch()
    fleet.book.revive(dead.task_id)
    fleet.wait(lambda: fleet.book.counts()[TaskState.DONE] == 1)

    assert (dead.name, dead.subject_id, dead.attempts) == ("fragile", "F-1", 3)
    assert dead.error == "OSError: F-1 is not mended"
    assert len(tries) == 3
    assert tries[1] - tries[0] >= 0.15
    assert tries[2] - tries[1] >= 0.3
    assert len(fleet.effects("tried")) == 4


def test_of_two_beats_one_acts_and_the_other_takes_over_when_it_dies(fleet: Fleet) -> None:
    fleet.start(2)
    fleet.wait(lambda: len(fleet.effects("tick")) >= 5)
    ticks = [at for _subject, _pid, at in fleet.effects("tick")]
    with fleet.engine.connect() as connection:
        holder = int(connection.execute(text("SELECT holder FROM background_lease")).scalar_one())

    os.kill(holder, signal.SIGKILL)
    killed_at = time.time()
    fleet.wait(lambda: len([at for _subject, _pid, at in fleet.effects("tick") if at > killed_at + 1]) >= 2)

    assert min(later - earlier for earlier, later in itertools.pairwise(ticks)) > 0.5
    with fleet.engine.connect() as connection:
        after, token = connection.execute(text("SELECT holder, token FROM background_lease")).one()
    assert int(after) in {worker.pid for worker in fleet.workers} - {holder}
    assert token == 2


def test_a_task_whose_worker_was_killed_is_done_by_another(fleet: Fleet) -> None:
    fleet.start()
    fleet.sender("slow")("S-1")
    fleet.wait(lambda: len(fleet.effects("begun")) == 1)

    fleet.workers[0].kill()
    (fleet.folder / "hurry").touch()
    fleet.start()
    fleet.wait(lambda: fleet.book.counts()[TaskState.DONE] == 1)

    assert len(fleet.effects("begun")) == 2
    assert [subject for subject, _pid, _at in fleet.effects("ended")] == ["S-1"]
    assert {pid for _subject, pid, _at in fleet.effects("ended")} == {fleet.workers[1].pid}


@pytest.mark.parametrize("fleet", ["redis"], indirect=True)
def test_redis_is_killed_and_comes_back_and_nothing_is_lost_or_done_twice(fleet: Fleet) -> None:
    fleet.start(2)
    send = fleet.sender("note")
    fleet.wait(lambda: len(fleet.effects("tick")) >= 1)

    for number in range(300):
        if number in {100, 200}:
            fleet.redis.kill()
        if number in {120, 220}:
            fleet.redis.start()
        fleet.supervise()
        send(f"N-{number:03}")
    fleet.wait(lambda: fleet.book.counts()[TaskState.DONE] == 300, seconds=60)
    ticks = len(fleet.effects("tick"))
    fleet.wait(lambda: len(fleet.effects("tick")) > ticks)

    assert sorted(subject for subject, _pid, _at in fleet.effects("note")) == [f"N-{number:03}" for number in range(300)]
    assert fleet.book.counts() == {TaskState.QUEUED: 0, TaskState.RUNNING: 0, TaskState.DONE: 300, TaskState.DEAD: 0}


@pytest.mark.parametrize("fleet", ["redis"], indirect=True)
def test_redis_is_emptied_and_nothing_is_lost_or_done_twice(fleet: Fleet) -> None:
    fleet.start(2)
    send = fleet.sender("note")
    fleet.wait(lambda: len(fleet.effects("tick")) >= 1)

    with Redis.from_url(fleet.redis_url) as redis:
        for number in range(300):
            if number % 50 == 0:
                redis.flushall()
            send(f"N-{number:03}")
        redis.flushall()
    fleet.wait(lambda: fleet.book.counts()[TaskState.DONE] == 300, seconds=60)
    ticks = len(fleet.effects("tick"))
    fleet.wait(lambda: len(fleet.effects("tick")) > ticks)

    assert sorted(subject for subject, _pid, _at in fleet.effects("note")) == [f"N-{number:03}" for number in range(300)]
    assert fleet.book.counts() == {TaskState.QUEUED: 0, TaskState.RUNNING: 0, TaskState.DONE: 300, TaskState.DEAD: 0}


def test_what_a_task_says_stands_in_the_log_as_it_said_it(fleet: Fleet) -> None:
    fleet.start()
    fleet.sender("note")("N-1")

    fleet.wait(lambda: fleet.book.counts()[TaskState.DONE] == 1)

    assert "noted N-1" in (fleet.folder / "worker0.log").read_text().splitlines()
