"""How long pages of the ticket list take at hundreds of thousands of tickets: `python -m bench.ticket_list [TICKETS] [URL]`.

The tickets are made up: 3 % are open, teams and categories of very different sizes, texts of the shipped samples. Without a URL
the database is SQLite in a temporary folder.
"""

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import batched
from pathlib import Path

from sqlalchemy import Engine, insert, text

import migrations
from history.database import open_engine
from services.crm import SqlTicketSearch, TicketFilter
from services.crm.sample_tickets import sample_tickets
from services.crm.tables import tickets
from services.crm.ticket_search import OPEN

ROUNDS = 15
TEAMS = ("service-desk", "identity", "workplace", "infrastructure", "people", "procurement", "project-office", "rare")
WEIGHTS = (40, 20, 15, 10, 8, 5, 1.9, 0.1)
STEP = timedelta(minutes=3)


def fill(engine: Engine, count: int) -> None:
    dice = random.Random(1)
    start = datetime.now(UTC).replace(tzinfo=None) - STEP * count
    for batch in batched(enumerate(sample_tickets(count, seed=1)), 5000):
        rows = []
        for number, sample in batch:
            is_open = number > count * 0.9 and dice.random() < 0.3
            own = sample.ticket
            rows.append(
                {
                    "tenant_id": "<default>",
                    "source": "mail" if dice.random() < 0.7 else "portal",
                    "external_id": str(number),
                    "subject": own.subject,
                    "text": own.text,
                    "customer_name": own.customer_name,
                    "customer_email": own.customer_email,
                    "customer_key": own.customer_email,
                    "status": dice.choice(("new", "assigned", "escalated")) if is_open else "closed",
                    "team": dice.choices(TEAMS, WEIGHTS)[0],
                    "category": sample.category,
                    "priority": dice.choices(("low", "normal", "high", "critical"), (30, 55, 12, 3))[0],
                    "created_at": start + STEP * number,
                    "announced_at": start + STEP * number,
                    "closed_at": None if is_open else start + STEP * (number + 100),
                }
            )
        with engine.begin() as connection:
            connection.execute(insert(tickets), rows)


def questions(engine: Engine) -> dict[str, Callable[[], object]]:
    search = SqlTicketSearch(engine)
    open_ = tuple(OPEN)
    with engine.connect() as connection:
        middle = str(connection.execute(text("SELECT max(number) / 2 FROM ticket")).scalar_one())

    def page(cursor: str | None = None, **where: object) -> Callable[[], object]:
        return lambda: search.page(TicketFilter(**where), cursor=cursor, count=cursor is None)  # type: ignore[arg-type]

    return {
        "open tickets, first page with their number": page(statuses=open_),
        "open tickets of a large team": page(statuses=open_, team="service-desk"),
        "open tickets of a rare team": page(statuses=open_, team="rare"),
        "all tickets, first page": page(),
        "all tickets, a page in the middle": page(cursor=middle),
        "closed tickets of a rare team": page(statuses=("closed",), team="rare"),
        "critical open tickets of one category": page(statuses=open_, category="Access", priority="critical"),
        "one customer": page(customer="customer42@customers.example"),
        "words, thousands of hits": page(words="принтер"),
        "words, few hits": page(words="E-04 floor 17"),
        "words within open tickets of a team": page(words="password", statuses=open_, team="identity"),
        "choices of all filters": search.choices,
    }


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 356_000
    with tempfile.TemporaryDirectory() as folder:
        url = sys.argv[2] if len(sys.argv) > 2 else f"sqlite:///{Path(folder) / 'tickets.db'}"
        engine = open_engine(url, durable=False)
        migrations.upgrade(engine)
        began = time.monotonic()
        fill(engine, count)
        print(f"{count} tickets on {engine.dialect.name}, made in {time.monotonic() - began:.0f} s; milliseconds:")
        for name, ask in questions(engine).items():
            times = []
            for _round in range(ROUNDS):
                started = time.perf_counter()
                ask()
                times.append((time.perf_counter() - started) * 1000)
            print(f"  {statistics.median(times):8.1f} median {max(times):8.1f} longest   {name}")
        engine.dispose()


if __name__ == "__main__":
    main()
