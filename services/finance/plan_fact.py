"""Plan beside fact: cells of project, article and month in the base currency, and sums that are the sums of what is shown.

Pure functions of what was read. Each cell's foreign amounts are converted at the month's rate and rounded once; every total
adds up rounded cells, so what is shown always adds up. The postings behind a cell are converted so that they add up to it too.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import msgspec

from services.finance.ledger import FactKey
from services.finance.money import split
from services.finance.months import Month
from services.finance.nouns import Article, ArticleKind, Posting
from services.finance.rates import MonthRate, RateMissing
from services.finance.versions import CellKey

ZERO = Decimal(0)
type RateTable = Mapping[tuple[str, Month], MonthRate]


@dataclass(frozen=True, slots=True)
class Cell:
    """`missing` names currencies whose amounts are not in the fact, because their month has no rate."""

    plan: Decimal = ZERO
    fact: Decimal = ZERO
    missing: tuple[str, ...] = ()

    @property
    def deviation(self) -> Decimal:
        return self.fact - self.plan

    @property
    def share(self) -> Decimal | None:
        """The deviation as a part of the plan, to four decimals."""
        return None if not self.plan else (self.deviation / abs(self.plan)).quantize(Decimal("0.0001"))

    def __add__(self, other: "Cell") -> "Cell":
        return Cell(self.plan + other.plan, self.fact + other.fact, tuple(sorted({*self.missing, *other.missing})))

    def __sub__(self, other: "Cell") -> "Cell":
        return Cell(self.plan - other.plan, self.fact - other.fact, tuple(sorted({*self.missing, *other.missing})))

    def is_bad(self, kind: ArticleKind) -> bool:
        """Less income or more expense than planned."""
        return self.deviation < 0 if kind is ArticleKind.INCOME else self.deviation > 0


@dataclass(frozen=True, slots=True)
class PlanFact:
    """The cells of some months."""

    base: str
    months: tuple[Month, ...]
    cells: Mapping[CellKey, Cell]
    articles: tuple[Article, ...]

    def cell(self, project_id: str, article_id: str, month: Month) -> Cell:
        return self.cells.get((project_id, article_id, month), Cell())

    def total(self, project_id: str | None, article_id: str, month: Month | None) -> Cell:
        """An article's sum over projects or months, None standing for all of them."""
        found = Cell()
        for (project, article, of_month), cell in self.cells.items():
            if article == article_id and project_id in {None, project} and month in {None, of_month}:
                found += cell
        return found

    def result(self, project_id: str | None, month: Month | None) -> Cell:
        """Income less expense."""
        kinds = {article.article_id: article.kind for article in self.articles}
        found = Cell()
        for (project, article, of_month), cell in self.cells.items():
            if project_id in {None, project} and month in {None, of_month}:
                found = found + cell if kinds.get(article) is ArticleKind.INCOME else found - cell
        return found


def plan_fact(
    base: str,
    months: Sequence[Month],
    articles: Sequence[Article],
    facts: Mapping[FactKey, Decimal],
    plan: Mapping[CellKey, Decimal],
    rates: RateTable,
) -> PlanFact:
    """Join what was planned with what was."""
    cells: dict[CellKey, Cell] = {key: Cell(plan=amount) for key, amount in plan.items()}
    for (project_id, article_id, month, currency), amount in facts.items():
        key = (project_id, article_id, month)
        cells[key] = cells.get(key, Cell()) + _converted(amount, rates[currency, month], base)
    return PlanFact(base, tuple(months), dict(sorted(cells.items())), tuple(articles))


def _converted(amount: Decimal, rate: MonthRate, base: str) -> Cell:
    try:
        return Cell(fact=rate.convert(amount, base))
    except RateMissing:
        return Cell(missing=(rate.currency,))


def converted_parts(postings: Sequence[Posting], rate: MonthRate, base: str) -> Sequence[Decimal]:
    """What each posting of one currency counts in the base currency, so that they add up to their cell. Raises `RateMissing`.

    Where signs are mixed, what is taken back is converted by itself and the rest shares what remains.
    """
    total = rate.convert(sum((each.amount for each in postings), ZERO), base)
    taken_back = {each.posting_id: rate.convert(each.amount, base) for each in postings if each.amount < 0}
    usual = [each for each in postings if each.amount >= 0]
    if not usual:
        return [-part for part in split(-total, [-each.amount for each in postings], base)] if postings else []
    shares = split(total - sum(taken_back.values(), ZERO), [each.amount for each in usual], base)
    parts = taken_back | {each.posting_id: part for each, part in zip(usual, shares, strict=True)}
    return [parts[each.posting_id] for each in postings]


def digest(table: PlanFact, rates: RateTable) -> str:
    """One text for one state of the inputs: equal exactly where every cell and every rate is."""
    cells = [
        [project, article, str(month), str(cell.plan.normalize()), str(cell.fact.normalize()), list(cell.missing)]
        for (project, article, month), cell in sorted(table.cells.items())
        if cell.plan or cell.fact or cell.missing
    ]
    used = [[currency, str(month), str(each.source), str(each.rate)] for (currency, month), each in sorted(rates.items())]
    return hashlib.sha256(msgspec.json.encode([table.base, cells, used])).hexdigest()
