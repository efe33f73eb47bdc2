"""The month close report adds up to the cent what SQL adds up, over books drawn from several seeds, in several currencies."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from io import BytesIO
from random import Random
from typing import Any

import pytest
from sqlalchemy import Engine

from bootstrap.finance_report import close_report
from history.database import open_engine
from services.finance import (
    Article,
    ArticleKind,
    DailyRate,
    FinanceDesk,
    InMemoryProjects,
    Month,
    NewPosting,
    Project,
    VersionKind,
    finance_desk,
)
from services.finance.tables import metadata
from services.reports import Period, ReportFormat, Scope, write_report
from tests.workbooks import Block, blocks

MONTHS = (Month(2026, 3), Month(2026, 4))
SCOPE = Scope(Period(date(2026, 3, 1), date(2026, 4, 30)), datetime(2026, 5, 20, 9, tzinfo=UTC))
# Two projects are called alike, as they are where two clients each have a "Website".
PROJECTS = [Project("P-1", "Website", "Aqua"), Project("P-2", "Website", "Neva"), Project("P-3", "=Weir")]
ARTICLES = {"sales": ArticleKind.INCOME, "rent": ArticleKind.EXPENSE, "pay": ArticleKind.EXPENSE}
# How many of its smallest pieces make one: yen have none, dinars a thousand.
PIECES = {"RUB": 100, "USD": 100, "JPY": 1, "KWD": 1000}
SEEDS = (1, 2, 3, 4)


def books(engine: Engine, seed: int) -> FinanceDesk:
    random = Random(seed)  # no secret
    desk = finance_desk(engine, "RUB", InMemoryProjects(PROJECTS))
    for article, kind in ARTICLES.items():
        desk.ledger.keep_article(Article(article, article.title(), kind))
    plan = desk.versions.create("Plan", VersionKind.PLAN, "anna", "agreed")
    cells = [(project.project_id, article, month) for project in PROJECTS for article in ARTICLES for month in MONTHS]
    amounts = {cell: Decimal(random.randrange(10**7)) / 100 for cell in random.sample(cells, 9)}
    desk.versions.plan(plan.version_id, amounts, "anna")
    desk.versions.freeze(plan.version_id, "anna")
    for currency in ("USD", "JPY", "KWD"):
        for month in MONTHS:
            day = DailyRate(currency, month.first, Decimal(random.randrange(1, 10**6)) / 10_000)
            desk.rates.keep([day], "anna", "bank")
            rate = Decimal(random.randrange(1, 10**7)) / 10_000
            desk.rates.enter_by_hand(currency, month, rate, "the bank's letter", "anna")
    for _each in range(80):
        project, article, month = random.choice(cells)
        currency = random.choice(list(PIECES))
        amount = Decimal(random.randrange(-(10**6), 10**6) or 1) / PIECES[currency]
        booked_on = date(month.year, month.number, random.randrange(1, 29))
        desk.ledger.post(NewPosting(project, article, booked_on, amount, currency), "anna")
    return desk


@pytest.fixture(scope="module", params=[(kind, seed) for kind in ("sqlite", "postgresql") for seed in SEEDS], ids=str)
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FinanceDesk]:
    kind, seed = request.param
    url = f"sqlite:///{tmp_path_factory.mktemp('books') / 'test.db'}"
    if kind == "postgresql":
        server = request.getfixturevalue("postgres_server")
        url = server.url(server.create_database())
    engine = open_engine(url, durable=False)
    metadata.create_all(engine)
    yield books(engine, seed)
    engine.dispose()


def ask(desk: FinanceDesk, query: str) -> list[tuple[Any, ...]]:
    with desk.ledger.engine.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(query)]


def cells_by_sql(desk: FinanceDesk) -> dict[tuple[str, str, str], tuple[Decimal, Decimal]]:
    """Plan and fact of each cell in roubles: sums and rates by SQL, then each sum converted and rounded as the method says."""
    rates = {("RUB", str(month)): Decimal(1) for month in MONTHS}
    rates |= {
        (currency, month): Decimal(rate)
        for currency, month, rate in ask(desk, "SELECT currency, month, rate FROM finance_manual_rate")
    }
    cells = {
        (month, project, article): [Decimal(int(minor)) / 100, Decimal(0)]
        for month, project, article, minor in ask(desk, "SELECT month, project_id, article_id, minor FROM finance_plan_line")
    }
    facts = "SELECT month, project_id, article_id, currency, SUM(minor) FROM finance_posting GROUP BY 1, 2, 3, 4"
    for month, project, article, currency, minor in ask(desk, facts):
        amount = Decimal(int(minor)) / PIECES[currency] * rates[currency, month]
        cell = cells.setdefault((month, project, article), [Decimal(0), Decimal(0)])
        cell[1] += amount.quantize(Decimal("0.01"), ROUND_HALF_UP)
    return {place: (plan, fact) for place, (plan, fact) in cells.items()}


def sums(cells: dict[tuple[str, str, str], tuple[Decimal, Decimal]], part: int, value: str) -> list[Decimal]:
    """Income, expense and result of the cells of one month or project, as the summary's columns stand."""
    kinds = {kind: [Decimal(0), Decimal(0)] for kind in ArticleKind}
    for place, (plan, fact) in cells.items():
        if place[part] == value:
            kinds[ARTICLES[place[2]]][0] += plan
            kinds[ARTICLES[place[2]]][1] += fact
    (plan_in, fact_in), (plan_out, fact_out) = kinds[ArticleKind.INCOME], kinds[ArticleKind.EXPENSE]
    plan, fact = plan_in - plan_out, fact_in - fact_out
    return [plan_in, fact_in, plan_out, fact_out, plan, fact, fact - plan]


def cents(values: Any) -> list[Decimal]:
    """What a spreadsheet shows of its numbers."""
    return [Decimal(str(round(value, 2))).quantize(Decimal("0.01")) for value in values]


def workbook(desk: FinanceDesk) -> dict[str, Block]:
    out = BytesIO()
    write_report(close_report(desk, SCOPE), ReportFormat.XLSX, out)
    return blocks(out.getvalue())


def test_each_month_and_all_of_them_to_the_cent(desk: FinanceDesk) -> None:
    cells = cells_by_sql(desk)

    block = workbook(desk)["By month"]

    expected = {str(month): sums(cells, 0, str(month)) for month in MONTHS}
    assert {row[0]: cents(row[1:]) for row in block.rows} == expected
    assert cents(block.totals.values()) == [sum(column) for column in zip(*expected.values(), strict=True)]


def test_each_project_even_where_two_are_called_alike(desk: FinanceDesk) -> None:
    cells = cells_by_sql(desk)

    block = workbook(desk)["By project"]

    touched = [each for each in PROJECTS if any(place[1] == each.project_id for place in cells)]
    expected = [sums(cells, 1, each.project_id) for each in touched]
    assert sorted(cents(row[1:]) for row in block.rows) == sorted(expected)
    assert len(block.groups()) == len(touched)
    assert cents(block.totals.values()) == [sum(column) for column in zip(*expected, strict=True)]


def test_each_cell_is_there_once(desk: FinanceDesk) -> None:
    cells = cells_by_sql(desk)

    block = workbook(desk)["Plan and fact"]

    names = {each.project_id: (each.client or None, each.name) for each in PROJECTS}
    expected = {
        (month, *names[project], article.title()): [plan, fact, fact - plan]
        for (month, project, article), (plan, fact) in cells.items()
    }
    shown = {(row[0], row[1], row[2], row[4]): cents(row[5:8]) for row in block.rows}
    assert shown == expected
    assert len(block.rows) == len(expected)
