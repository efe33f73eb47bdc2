"""A background process of tests: the real Celery worker, runner and beat, with tasks that write down that they ran.

Run as `python -m tests.background_worker FOLDER REDIS_URL_OR_EMPTY`.
"""

import os
import sys
import time
from pathlib import Path

from sqlalchemy import Engine, text

from history.database import open_engine
from services.background_work import SqlLease, SqlSchedule, SqlTaskBook
from services.background_work.tables import metadata
from workers.background import BackgroundTask, Retry, background_app
from workers.background_beat import Beat, BeatThread
from workers.background_running import TaskRunner

# Everything that takes a minute in earnest takes seconds here.
CLAIM_SECONDS = 3.0
RESEND_SECONDS = 2.0
LEASE_SECONDS = 3.0
QUICK = Retry(attempts=3, first_seconds=0.3, factor=2)


def open_database(folder: Path) -> Engine:
    return open_engine(f"sqlite:///{folder / 'penstock.db'}", durable=False)


def make_tables(engine: Engine) -> None:
    metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE effect (task TEXT, subject TEXT, pid INTEGER, at REAL)"))


def book_of(engine: Engine) -> SqlTaskBook:
    return SqlTaskBook(engine, claim_seconds=CLAIM_SECONDS, resend_seconds=RESEND_SECONDS)


def tasks_of(folder: Path, engine: Engine) -> list[BackgroundTask]:
    def write_down(task: str, subject: str) -> None:
        row = {"task": task, "subject": subject, "pid": os.getpid(), "at": time.time()}
        with engine.begin() as connection:
            connection.execute(text("INSERT INTO effect VALUES (:task, :subject, :pid, :at)"), row)

    def note(subject: str, _tenant_id: str) -> None:
        print(f"noted {subject}", flush=True)
        write_down("note", subject)

    def slow(subject: str, _tenant_id: str) -> None:
        write_down("begun", subject)
        time.sleep(0 if (folder / "hurry").exists() else 60)
        write_down("ended", subject)

    def fail_unless_mended(subject: str, _tenant_id: str) -> None:
        write_down("tried", subject)
        if not (folder / "mended").exists():
            raise OSError(f"{subject} is not mended")

    def tick() -> None:
        write_down("tick", "")

    return [
        BackgroundTask("note", note),
        BackgroundTask("slow", slow),
        BackgroundTask("fragile", fail_unless_mended, retry=QUICK),
        BackgroundTask("tick", tick, every_seconds=1.0),
    ]


def main() -> None:
    folder, redis_url = Path(sys.argv[1]), sys.argv[2]
    engine = open_database(folder)
    app = background_app(folder=folder / "background", redis_url=redis_url or None)
    tasks, book = tasks_of(folder, engine), book_of(engine)
    schedule = SqlSchedule(engine, claim_seconds=CLAIM_SECONDS)
    TaskRunner(book, schedule, renew_seconds=1.0).register(app, tasks)
    lease = SqlLease(engine, "beat", str(os.getpid()), seconds=LEASE_SECONDS)
    BeatThread(Beat(app, tasks, lease, schedule, book), seconds=0.2).attach()
    options = [
        "--pool",
        "threads",
        "--concurrency",
        "4",
        "--without-gossip",
        "--without-mingle",
        "--hostname",
        str(os.getpid()),
    ]
    app.worker_main(["worker", "--loglevel", "WARNING", *options])


if __name__ == "__main__":
    main()
