"""Is a row of a file a posting? Where not: which column, what is wrong, what to do."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.finance.money import InvalidMoney, decimals, rounded, to_minor
from services.finance.months import Month
from services.finance.nouns import Article, ArticleKind, Lock, NewPosting, Posting, Project
from services.finance.written import (
    WrittenAmount,
    currency_of,
    day_could_be_two,
    looks_like_a_day,
    read_amount,
    read_date,
    visible,
)

_TAG = re.compile(r"\[([^\[\]]{1,64})\]")
_MONEY = ("amount", "debit", "credit")
# What spreadsheets leave where a formula failed, or a column was too narrow when it was saved as text.
_CELL_ERRORS = frozenset({
    "#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#FIELD!",
    "#ССЫЛКА!", "#Н/Д", "#ЗНАЧ!", "#ДЕЛ/0!", "#ИМЯ?", "#ЧИСЛО!", "#ПУСТО!", "#ПЕРЕНОС!", "#ВЫЧИСЛ!", "#ПОЛЕ!",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """`code` is for translations; `value` is what stands there, cut short."""

    column: str
    code: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    posting: NewPosting | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Checker:
    """What rows are checked against. Projects and articles are found by id or name, whatever their case."""

    base: str
    projects: Mapping[str, Project]
    articles: Mapping[str, Article]
    lock_of: Callable[[Month], Lock | None]
    last_of: Callable[[str], Posting | None]

    @classmethod
    def of(
        cls,
        base: str,
        projects: Sequence[Project],
        articles: Sequence[Article],
        lock_of: Callable[[Month], Lock | None],
        last_of: Callable[[str], Posting | None],
    ) -> "Checker":
        by_id = {one.project_id: one for one in projects}
        by_project = {
            _plain(name): by_id.get(one.merged_into, one)
            # A living project's names come last, so that they win over those of one that was merged away.
            for one in sorted(projects, key=lambda each: not each.merged_into)
            for name in (*one.aliases, one.name, one.project_id)
        }
        by_article = {_plain(name): one for one in articles for name in (one.name, one.article_id)}
        return cls(base, by_project, by_article, lock_of, last_of)

    def check(self, cells: Mapping[str, str]) -> Checked:
        findings = [_finding(column, code, text) for column, text in cells.items() if (code := _no_value(column, text))]
        if findings:
            return Checked(None, tuple(findings))
        booked_on = self._date(cells.get("date", ""), findings)
        amounts = _amounts(cells, findings)
        currency = self._currency(cells.get("currency", ""), amounts, findings)
        counterparty = cells.get("counterparty", "")
        project = self._project(cells, findings)
        article = self._article(cells, findings)
        amount = _amount(cells, amounts, article, currency, findings)
        if findings or booked_on is None or project is None or article is None or amount is None:
            return Checked(None, tuple(findings))
        texts = (cells.get("document", ""), counterparty, cells.get("text", ""))
        return Checked(NewPosting(project.project_id, article.article_id, booked_on, amount, currency, *texts), ())

    def _date(self, text: str, findings: list[Finding]) -> date | None:
        found = read_date(text)
        if not text:
            code = "DATE_MISSING"
        elif found is None:
            code = "DATE_IMPOSSIBLE" if looks_like_a_day(text) else "DATE_UNREADABLE"
        elif day_could_be_two(text):
            code = "DATE_AMBIGUOUS"
        else:
            code = ""
            if (lock := self.lock_of(Month.of(found))) is not None:
                findings.append(_finding("date", "MONTH_LOCKED", f"{lock.month}, {lock.locked_by}, #{lock.lock_id}"))
        if code:
            findings.append(_finding("date", code, text))
        return found

    def _currency(self, text: str, amounts: Mapping[str, WrittenAmount], findings: list[Finding]) -> str:
        """What its column says, which the signs beside the amounts must not contradict; else what these say."""
        code = currency_of(text) if text else None
        if text and code is None:
            findings.append(_finding("currency", "CURRENCY_UNKNOWN", text))
            return ""
        said = {each.currency for each in amounts.values() if each.currency} | ({code} if code else set())
        if len(said) > 1:
            findings.append(_finding("currency", "CURRENCY_DISAGREES", ", ".join(sorted(said))))
            return ""
        return said.pop() if said else self.base

    def _project(self, cells: Mapping[str, str], findings: list[Finding]) -> Project | None:
        """What the row says, else a `[tag]` in its text, else where the counterparty's last posting went."""
        named = cells.get("project", "")
        candidates = [named] if named else _TAG.findall(cells.get("text", ""))
        if not candidates and (last := self._last(cells)):
            candidates = [last.project_id]
        found = next((self.projects[_plain(each)] for each in candidates if _plain(each) in self.projects), None)
        if found is None:
            findings.append(_finding("project", "PROJECT_UNKNOWN" if named else "PROJECT_MISSING", named))
        return found

    def _article(self, cells: Mapping[str, str], findings: list[Finding]) -> Article | None:
        named = cells.get("article", "")
        candidates = [named] if named else [tag for tag in _TAG.findall(cells.get("text", "")) if _plain(tag) in self.articles]
        if not candidates and (last := self._last(cells)):
            candidates = [last.article_id]
        found = next((self.articles[_plain(each)] for each in candidates if _plain(each) in self.articles), None)
        if found is None:
            findings.append(_finding("article", "ARTICLE_UNKNOWN" if named else "ARTICLE_MISSING", named))
        return found

    def _last(self, cells: Mapping[str, str]) -> Posting | None:
        counterparty = cells.get("counterparty", "")
        return self.last_of(counterparty[:300]) if counterparty else None


def _no_value(column: str, text: str) -> str:
    """A spreadsheet's error, or a formula in the place of what it should have given."""
    plain = visible(text[:80]).upper()
    if plain in _CELL_ERRORS or (len(plain) > 2 and not plain.strip("#")):
        return "CELL_ERROR"
    return "CELL_FORMULA" if plain.startswith("=") and column != "text" else ""


def _amounts(cells: Mapping[str, str], findings: list[Finding]) -> Mapping[str, WrittenAmount]:
    """What the columns of money say; a lone dash is how ledgers print nothing."""
    found = {}
    for name in _MONEY:
        text = cells.get(name, "")
        if visible(text) in {"", "-"}:
            continue
        amount = read_amount(text)
        if amount is None:
            findings.append(_finding(name, "AMOUNT_UNREADABLE", text))
        else:
            found[name] = amount
    return found


def _amount(
    cells: Mapping[str, str],
    amounts: Mapping[str, WrittenAmount],
    article: Article | None,
    currency: str,
    findings: list[Finding],
) -> Decimal | None:
    """An amount as it stands; of debit and credit, the side that the article's kind grows on counts as positive."""
    if not amounts:
        if not any(finding.code == "AMOUNT_UNREADABLE" for finding in findings):
            findings.append(_finding("amount", "AMOUNT_MISSING", ""))
        return None
    if not currency:
        return None
    numbers = {name: each.number for name, each in amounts.items()}
    column = next(iter(numbers))
    # Where a currency has three decimals, three decimals are what they look like.
    doubtful = [name for name, each in amounts.items() if each.could_be_two and decimals(currency) < 3]
    if doubtful:
        findings.extend(_finding(name, "AMOUNT_AMBIGUOUS", cells[name]) for name in doubtful)
        return None
    total = numbers.get("amount")
    if total is None:
        total = numbers.get("debit", Decimal(0)) - numbers.get("credit", Decimal(0))
        total = -total if article is not None and article.kind is ArticleKind.INCOME else total
    if total == 0:
        findings.append(_finding(column, "AMOUNT_ZERO", cells[column]))
        return None
    return _fitting(total, column, currency, cells[column], findings)


def _fitting(total: Decimal, column: str, currency: str, shown: str, findings: list[Finding]) -> Decimal | None:
    try:
        to_minor(total, currency)
    except InvalidMoney:
        is_large = abs(total) > 1 and abs(rounded(total, currency)) > 10**9
        findings.append(_finding(column, "AMOUNT_TOO_LARGE" if is_large else "AMOUNT_TOO_PRECISE", shown))
        return None
    return total


def _finding(column: str, code: str, value: str) -> Finding:
    return Finding(column, code, value[:80])


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
