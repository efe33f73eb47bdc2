"""The month close report adds up to the cent what SQL adds up, over books drawn from several seeds, in several currencies."""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from io import BytesIO
from typing import Any

import pytest

from bootstrap.finance_report import close_report
from history.database import open_engine
from services.finance import ArticleKind, FinanceDesk
from services.finance.tables import metadata
from services.reports import ReportFormat, write_report
from tests.close_books import ARTICLES, MONTHS, PIECES, PROJECTS, SCOPE, books
from tests.workbooks import Block, blocks

SEEDS = (1, 2, 3, 4)


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
