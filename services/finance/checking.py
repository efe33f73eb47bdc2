"""Is a row of a file a posting? Where not: which column, what is wrong, what to do."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from services.finance.money import CURRENCIES, InvalidMoney, rounded, to_minor
from services.finance.months import Month
from services.finance.nouns import Article, ArticleKind, Lock, NewPosting, Posting, Project

_DATE_FORMS = ("%Y-%m-%d", "%d.%m.%Y", "%d.%m.%y", "%d/%m/%Y", "%Y/%m/%d")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_SIGNS = str.maketrans(
    {"\N{MINUS SIGN}": "-", "\N{EN DASH}": "-", "\N{NO-BREAK SPACE}": "", "\N{NARROW NO-BREAK SPACE}": "", " ": "", "'": ""}
)
_TAG = re.compile(r"\[([^\[\]]{1,64})\]")
# As people and 1C write it.
_CURRENCY_WORDS = {"РУБ": "RUB", "РУБ.": "RUB", "RUR": "RUB", "₽": "RUB", "$": "USD", "€": "EUR", "ЕВРО": "EUR"}


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
        findings: list[Finding] = []
        booked_on = self._date(cells.get("date", ""), findings)
        currency = self._currency(cells.get("currency", ""), findings)
        counterparty = cells.get("counterparty", "")
        project = self._project(cells, findings)
        article = self._article(cells, findings)
        amount = _amount(cells, article, currency, findings)
        if findings or booked_on is None or project is None or article is None or amount is None:
            return Checked(None, tuple(findings))
        texts = (cells.get("document", ""), counterparty, cells.get("text", ""))
        return Checked(NewPosting(project.project_id, article.article_id, booked_on, amount, currency, *texts), ())

    def _date(self, text: str, findings: list[Finding]) -> date | None:
        found = read_date(text)
        if found is None:
            findings.append(_finding("date", "DATE_MISSING" if not text else "DATE_UNREADABLE", text))
            return None
        if self.lock_of(Month.of(found)) is not None:
            findings.append(_finding("date", "MONTH_LOCKED", text))
        return found

    def _currency(self, text: str, findings: list[Finding]) -> str:
        if not text:
            return self.base
        code = _CURRENCY_WORDS.get(text.upper(), text.upper())
        if code not in CURRENCIES:
            findings.append(_finding("currency", "CURRENCY_UNKNOWN", text))
            return ""
        return code

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


def read_date(text: str) -> date | None:
    """A day in the forms that spreadsheets and 1C write; a time after it is left out."""
    day = text.strip().split("T")[0].split(" ")[0]
    for form in _DATE_FORMS:
        try:
            found = datetime.strptime(day, form).date()  # noqa: DTZ007  # a day has no zone
        except ValueError:
            continue
        return found if 1970 <= found.year <= 9990 else None
    return None


def read_number(text: str) -> Decimal | None:
    """`1 234 567,89`, `1,234,567.89`, `(12.50)`, `−3`; None where a text is no number or could be two."""
    plain = text.translate(_SIGNS)
    if plain.startswith("(") and plain.endswith(")"):
        plain = f"-{plain[1:-1]}"
    if "," in plain and "." in plain:
        last = max(plain.rfind(","), plain.rfind("."))
        plain = plain[:last].replace(",", "").replace(".", "") + "." + plain[last + 1 :]
    elif plain.count(",") == 1:
        plain = plain.replace(",", ".")
    elif plain.count(",") > 1:
        plain = plain.replace(",", "")
    if not _NUMBER.fullmatch(plain) or len(plain) > 40:
        return None
    try:
        return Decimal(plain)
    except InvalidOperation:
        return None


def _amount(cells: Mapping[str, str], article: Article | None, currency: str, findings: list[Finding]) -> Decimal | None:
    """An amount as it stands; of debit and credit, the side that the article's kind grows on counts as positive."""
    column = next((name for name in ("amount", "debit", "credit") if cells.get(name)), "")
    if not column:
        findings.append(_finding("amount", "AMOUNT_MISSING", ""))
        return None
    numbers = {name: read_number(cells[name]) for name in ("amount", "debit", "credit") if cells.get(name)}
    for name, number in numbers.items():
        if number is None:
            findings.append(_finding(name, "AMOUNT_UNREADABLE", cells[name]))
            return None
    total = numbers.get("amount")
    if total is None:
        total = (numbers.get("debit") or Decimal(0)) - (numbers.get("credit") or Decimal(0))
        total = -total if article is not None and article.kind is ArticleKind.INCOME else total
    if not currency:
        return None
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
