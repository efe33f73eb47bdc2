"""Books of two months drawn from a seed: three projects, a plan, rates, and postings in four currencies."""

from datetime import UTC, date, datetime
from decimal import Decimal
from random import Random

from sqlalchemy import Engine

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
from services.reports import Period, Scope

MONTHS = (Month(2026, 3), Month(2026, 4))
SCOPE = Scope(Period(date(2026, 3, 1), date(2026, 4, 30)), datetime(2026, 5, 20, 9, tzinfo=UTC))
# Two projects are called alike, as they are where two clients each have a "Website".
PROJECTS = [Project("P-1", "Website", "Aqua"), Project("P-2", "Website", "Neva"), Project("P-3", "=Weir")]
ARTICLES = {"sales": ArticleKind.INCOME, "rent": ArticleKind.EXPENSE, "pay": ArticleKind.EXPENSE}
# How many of its smallest pieces make one: yen have none, dinars a thousand.
PIECES = {"RUB": 100, "USD": 100, "JPY": 1, "KWD": 1000}


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
