"""`python bench/report_memory.py [rows]`: a long tickets report as Excel; prints seconds and the most memory it took.

Without an argument as many rows as a large ticket archive has: 356,000.
"""

import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from services.reports import Period, ReportFormat, Scope, TicketRow, tickets_report, write_report

ROWS = 356_000
FIRST = datetime(2025, 1, 1, tzinfo=UTC)


def tickets(count: int) -> Iterator[TicketRow]:
    for number in range(count):
        created = FIRST + timedelta(seconds=80 * number)
        closed = created + timedelta(minutes=number % 3000) if number % 3 else None
        yield TicketRow(
            ticket_id=f"T-{number}",
            created_at=created,
            source="mail",
            status="closed" if closed else "assigned",
            category=("access", "hardware", "доступ")[number % 3],
            priority=("low", "high")[number % 2],
            team=("service-desk", "infrastructure")[number % 2],
            customer=f"Customer {number % 400}",
            subject=f"Printer {number} does not print",
            text=f"Добрый день! Printer {number} in room {number % 90} has stopped. " * 3,
            outcome="answered" if closed else "",
            closed_at=closed,
        )


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    scope = Scope(Period(date(2025, 1, 1), date(2025, 12, 31)), datetime(2026, 1, 1, tzinfo=UTC))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tickets.xlsx"
        with path.open("wb") as file:
            write_report(tickets_report(tickets(count), scope), ReportFormat.XLSX, file)
        size = path.stat().st_size // 1_000_000
    seconds = time.monotonic() - started
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{count:,} rows, {size} MB in {seconds:.1f} s; {most} MB of memory at most, {before} MB of it before")


if __name__ == "__main__":
    main()
