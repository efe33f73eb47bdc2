"""Closing a month again from the same inputs: the same bytes in Excel's sheets and the same totals to the cent."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal

import pytest
from openpyxl import load_workbook
from sqlalchemy import text

from bootstrap.finance_report import close_report
from history.database import open_engine
from services.finance import (
    Article,
    ArticleKind,
    Close,
    DailyRate,
    FinanceDesk,
    InMemoryProjects,
    Month,
    NewPosting,
    Project,
    Verdict,
    VersionKind,
    finance_desk,
)
from services.finance.tables import metadata
from services.reports import Period, ReportFormat, Scope, write_report

MARCH = Month(2026, 3)
SCOPE = Scope(Period(date(2026, 3, 1), date(2026, 3, 31)), datetime(2026, 4, 20, 9, tzinfo=UTC))
# Halves of a cent and thirds, in two currencies.
POSTINGS = [
    ("P-1", "sales", "1200.50", "RUB"),
    ("P-1", "sales", "33.33", "USD"),
    ("P-1", "rent", "0.05", "USD"),
    ("P-2", "rent", "300.10", "RUB"),
    ("P-2", "sales", "0.01", "USD"),
    ("P-2", "sales", "-0.03", "USD"),
]
RATES = ("89.115", "90.335", "91.225")


@dataclass
class Books:
    """The books of one installation and what is closed in them."""

    desk: FinanceDesk
    number: int = 6

    def close(self) -> Close:
        self.number += 1
        close = self.desk.closes.open(MARCH, "anna", self.number)
        for project in self.desk.closes.projects_with_amounts(close.close_id):
            found = self.desk.closes.collect(close.close_id, project)
            verdicts = {each.article_id: (Verdict.ACCEPT, "SMALL") for each in found}
            self.desk.closes.judge(close.close_id, project, found, verdicts)
        self.desk.closes.check(close.close_id, "anna", is_right=True)
        self.desk.closes.approve(close.close_id, "zoe", is_right=True)
        self.desk.closes.lock(close.close_id)
        return self.desk.closes.close(close.close_id)

    def workbook(self) -> bytes:
        out = io.BytesIO()
        write_report(close_report(self.desk, SCOPE), ReportFormat.XLSX, out)
        return out.getvalue()


def books(url: str, postings: Sequence[tuple[str, str, str, str]]) -> Books:
    engine = open_engine(url)
    metadata.create_all(engine)
    desk = finance_desk(engine, "RUB", InMemoryProjects([Project("P-1", "Pump house"), Project("P-2", "Weir")]))
    desk.ledger.keep_article(Article("sales", "Sales", ArticleKind.INCOME))
    desk.ledger.keep_article(Article("rent", "Rent", ArticleKind.EXPENSE))
    plan = desk.versions.create("Plan", VersionKind.PLAN, "anna", "agreed")
    desk.versions.plan(plan.version_id, {("P-1", "sales", MARCH): Decimal(4000)}, "anna")
    desk.versions.freeze(plan.version_id, "anna")
    for day, rate in enumerate(RATES, start=2):
        desk.rates.keep([DailyRate("USD", date(2026, 3, day), Decimal(rate))], "anna", "bank")
    desk.rates.enter_by_hand("USD", MARCH, Decimal("90.225"), "the bank's letter", "anna")
    for project, article, amount, currency in postings:
        desk.ledger.post(NewPosting(project, article, date(2026, 3, 5), Decimal(amount), currency), "anna")
    return Books(desk)


@pytest.fixture
def closed(database_url) -> Iterator[Books]:
    made = books(database_url, POSTINGS)
    made.close()
    yield made
    made.desk.ledger.engine.dispose()


def sheet(workbook: bytes, number: int) -> bytes:
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        return archive.read(f"xl/worksheets/sheet{number}.xml")


def values(workbook: bytes, *, until: str = "") -> list[tuple[object, ...]]:
    """The summary's cells, up to a title."""
    rows = list(load_workbook(io.BytesIO(workbook))["Summary"].iter_rows(values_only=True))
    titles = [row[0] for row in rows]
    return rows[: titles.index(until)] if until else rows


def test_closed_again_every_number_is_the_same_and_the_report_tells_of_the_unlocking(closed: Books) -> None:
    before = closed.workbook()
    closed.desk.locks.request_unlock(MARCH, "anna", "to look again")
    closed.desk.locks.unlock(MARCH, "zoe")

    closed.close()
    after = closed.workbook()

    assert sheet(after, 2) == sheet(before, 2)
    assert values(after, until="Locks") == values(before, until="Locks")
    assert "to look again" in str(values(after))
    assert "to look again" not in str(values(before))


def test_the_same_postings_in_another_order_close_to_the_same_bytes(closed: Books, tmp_path) -> None:
    other = books(f"sqlite:///{tmp_path / 'other.db'}", POSTINGS[::-1])
    digest = other.close().digest

    assert sheet(other.workbook(), 2) == sheet(closed.workbook(), 2)
    assert digest == closed.desk.closes.latest(MARCH).digest
    other.desk.ledger.engine.dispose()


def test_the_totals_are_those_of_sql_to_the_cent(closed: Books) -> None:
    query = """SELECT project_id, article_id, currency, SUM(minor) FROM finance_posting
        WHERE month = '2026-03' GROUP BY project_id, article_id, currency"""
    with closed.desk.ledger.engine.connect() as connection:
        summed = connection.execute(text(query)).all()
    facts: dict[str, Decimal] = {"sales": Decimal(0), "rent": Decimal(0)}
    for _project, article, currency, minor in summed:
        amount = Decimal(int(minor)) / 100
        rate = Decimal("90.225") if currency == "USD" else Decimal(1)
        facts[article] += (amount * rate).quantize(Decimal("0.01"), ROUND_HALF_UP)

    [row] = [row for row in values(closed.workbook()) if row[0] == "2026-03" and isinstance(row[1], (int, float))]

    assert [Decimal(str(cell)) for cell in row[2:5:2]] == [facts["sales"], facts["rent"]]
