"""Retries of background tasks, and what whoever sends one does without its broker."""

from pathlib import Path

import pytest

from history.database import open_engine
from services.background_work import SqlTaskBook, TaskState
from services.background_work.tables import metadata
from workers.background import Retry, background_app, sender


@pytest.mark.parametrize(("attempt", "least", "most"), [(1, 2.5, 5), (2, 7.5, 15), (5, 202.5, 405), (20, 450, 900)])
def test_each_wait_is_longer_and_drawn_from_its_upper_half(attempt: int, least: float, most: float) -> None:
    retry = Retry(attempts=30)

    waits = retry.wait(attempt, lambda: 0.0), retry.wait(attempt, lambda: 1.0)

    assert waits == (least, most)


def test_the_last_attempt_is_followed_by_none() -> None:
    retry = Retry(attempts=3)

    waits = [retry.wait(attempt, lambda: 0.5) for attempt in (2, 3, 4)]

    assert waits[0] is not None
    assert waits[1:] == [None, None]


def test_a_task_sent_while_redis_is_away_is_written_down_at_once(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'book.db'}")
    metadata.create_all(engine)
    book = SqlTaskBook(engine)
    # Nobody listens at port 1.
    send = sender(background_app(folder=tmp_path, redis_url="redis://127.0.0.1:1/0"), book, "reports.make")

    send("R-1")

    assert [(task.name, task.subject_id, task.state) for task in book.unfinished()] == [
        ("reports.make", "R-1", TaskState.QUEUED)
    ]
    engine.dispose()


def test_a_task_sent_while_its_folder_cannot_be_written_to_is_written_down_at_once(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'book.db'}")
    metadata.create_all(engine)
    book = SqlTaskBook(engine)
    send = sender(background_app(folder=tmp_path, redis_url=None), book, "reports.make")
    (tmp_path / "queue").rmdir()

    send("R-1")

    assert [task.subject_id for task in book.unfinished()] == ["R-1"]
    engine.dispose()
