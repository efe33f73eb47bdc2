"""The first load of a CRM with 356,000 customers: seconds, records a second, and the memory it took.

    python -m bench.crm_load [RECORDS]

The pages come from memory, so it measures our side: keeping, cursors, counts.
"""

import resource
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import migrations
from history.database import open_engine
from services.crm.connectors import Crm, Kind, Page, Record
from services.crm.sync import ConnectionBook, Sync

PAGE = 500


class Customers:
    """A CRM with so many customers."""

    def __init__(self, total: int) -> None:
        self.total = total

    def page(self, *, since: datetime | None, cursor: str) -> Page:  # noqa: ARG002  # all have changed
        first, now = int(cursor or 0), datetime.now(UTC)
        last = min(first + PAGE, self.total)
        records = [_customer(number, now) for number in range(first + 1, last + 1)]
        return Page(records, str(last) if last < self.total else None, now)

    def get(self, record_id: str) -> Record:
        return _customer(int(record_id), datetime.now(UTC))

    def count(self) -> int:
        return self.total

    def change(self, record_id: str, values: object) -> None:
        """Nobody asks for it."""


def _customer(number: int, now: datetime) -> Record:
    values = {"name": f"Company {number}", "email": f"info@{number}.example", "phone": f"+7999{number:07}"}
    return Record(Kind.CUSTOMER, str(number), now, values)


def main(total: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{Path(folder) / 'crm.db'}")
        migrations.upgrade(engine)
        book = ConnectionBook(engine)
        added, _secret = book.add("sales", "bitrix24", "https://example.bitrix24.com")
        before, started = _megabytes(), time.perf_counter()
        Sync(engine).run(added.connection_id, Crm(Customers(total)))
        seconds = time.perf_counter() - started
        [standing] = book.named("sales").standings
        engine.dispose()
    memory = f"{before:.0f} -> {_megabytes():.0f} MB at most"
    print(f"{standing.ours} of {standing.theirs} in {seconds:.1f} s, {total / seconds:.0f}/s; {memory}")


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 356_000)
