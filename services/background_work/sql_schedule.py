"""Runs of tasks that the clock starts, in SQL."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Engine, Update, select, update
from sqlalchemy.dialects import postgresql, sqlite

from services.background_work.book import TickRun
from services.background_work.moments import Clock, milliseconds, moment, moment_or_none, system_clock
from services.background_work.tables import background_schedule

SCHEDULE = background_schedule.c
CLAIM_SECONDS = 60.0
ERROR_CHARACTERS = 500


@dataclass(frozen=True, slots=True)
class SqlSchedule:
    engine: Engine
    claim_seconds: float = CLAIM_SECONDS
    clock: Clock = system_clock

    def begin(self, name: str, *, token: int, worker: str, gap_seconds: float = 0) -> int | None:
        now = milliseconds(self.clock)
        with self.engine.begin() as connection:
            insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
            empty = {"started_at": 0, "claimed_until": 0, "token": 0, "runs": 0, "failures": 0, "worker": "", "error": ""}
            connection.execute(insert(background_schedule).values(name=name, **empty).on_conflict_do_nothing())
            free = update(background_schedule).where(
                SCHEDULE.name == name,
                SCHEDULE.claimed_until <= now,
                SCHEDULE.token <= token,
                SCHEDULE.started_at <= now - int(gap_seconds * 1000),
            )
            until = now + int(self.claim_seconds * 1000)
            taken = free.values(
                started_at=now, claimed_until=until, token=token, ended_at=None, runs=SCHEDULE.runs + 1, worker=worker
            )
            return connection.execute(taken.returning(SCHEDULE.runs)).scalar()

    def renew(self, name: str, run: int) -> None:
        until = milliseconds(self.clock) + int(self.claim_seconds * 1000)
        with self.engine.begin() as connection:
            connection.execute(_mine(name, run).values(claimed_until=until))

    def end(self, name: str, run: int, error: str = "") -> None:
        failures = SCHEDULE.failures + 1 if error else 0
        with self.engine.begin() as connection:
            ended = {
                "ended_at": milliseconds(self.clock),
                "claimed_until": 0,
                "failures": failures,
                "error": error[:ERROR_CHARACTERS],
            }
            connection.execute(_mine(name, run).values(**ended))

    def runs(self) -> Sequence[TickRun]:
        with self.engine.connect() as connection:
            rows = connection.execute(select(background_schedule).order_by(SCHEDULE.name)).all()
        return [
            TickRun(
                name=row.name,
                started_at=moment(row.started_at),
                ended_at=moment_or_none(row.ended_at),
                runs=row.runs,
                failures=row.failures,
                worker=row.worker,
                error=row.error,
            )
            for row in rows
        ]


def _mine(name: str, run: int) -> Update:
    """The row, as long as it is this very run's and under way."""
    return update(background_schedule).where(SCHEDULE.name == name, SCHEDULE.runs == run, SCHEDULE.claimed_until > 0)
