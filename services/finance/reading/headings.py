"""Which heading means which field, in spreadsheets and in 1C's exports, and which rows are no rows of a ledger."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.finance.reading.trouble import UnreadableFile
from services.finance.written import currency_of, read_date, visible

FIELDS = ("date", "project", "article", "amount", "debit", "credit", "currency", "document", "counterparty", "text")
MONEY = frozenset({"amount", "debit", "credit"})
# In lower case without spaces at either end.
_HEADINGS: Mapping[str, Sequence[str]] = {
    "date": ("date", "day", "booked on", "posting date", "дата", "период", "дата операции", "дата проводки", "дата документа"),
    "project": ("project", "project id", "проект", "номенклатурная группа", "подразделение", "аналитика проект"),
    "article": (
        *("article", "category", "account", "статья", "статья затрат", "статья ддс"),
        *("статья доходов и расходов", "статья движения денежных средств"),
    ),
    "amount": ("amount", "sum", "total", "сумма", "сумма документа", "сумма операции"),
    "debit": ("debit", "дебет", "сумма дт", "оборот дт", "дебет сумма"),
    "credit": ("credit", "кредит", "сумма кт", "оборот кт", "кредит сумма"),
    "currency": ("currency", "валюта", "код валюты"),
    "document": ("document", "number", "doc", "документ", "номер", "номер документа", "регистратор"),
    "counterparty": ("counterparty", "customer", "supplier", "contractor", "контрагент", "покупатель", "поставщик"),
    "text": (
        *("text", "comment", "description", "purpose", "memo"),
        *("комментарий", "содержание", "назначение", "назначение платежа", "описание"),
    ),
}
LONGEST_HEADING = 200
_FIELD_OF = {heading: field for field, headings in _HEADINGS.items() for heading in headings}
_TOTALS = re.compile(r"^(итого|всего|обороты|сальдо|total|grand total|subtotal)\b", re.IGNORECASE)
_IN_CURRENCY = re.compile(r"(.+?)[\s,(]+(?:в |in )?([^\s,()]+?)\)?")


@dataclass(frozen=True, slots=True)
class Column:
    """`currency` is what the heading says beside the field: `Amount, EUR`."""

    index: int
    field: str
    currency: str = ""


def columns_of(headings: Sequence[str]) -> Sequence[Column]:
    """The columns that name a field; the first of several for the same.

    Raises:
        UnreadableFile: two columns of a header are both the amount, so that one would be booked by chance.
    """
    found: dict[str, Column] = {}
    twice: list[tuple[int, int]] = []
    for index, heading in enumerate(headings):
        column = _column(index, heading)
        if column is None:
            continue
        first = found.setdefault(column.field, column)
        if first is not column and column.field in MONEY:
            twice.append((first.index, index))
    columns = tuple(found.values())
    if twice and is_header(columns):
        one, other = twice[0]
        names = {"one": headings[one].strip()[:40], "other": headings[other].strip()[:40]}
        raise UnreadableFile("TWO_AMOUNTS", **names, first=_letters(one), second=_letters(other))
    return columns


def is_header(columns: Sequence[Column]) -> bool:
    """A row is the header where it names a date and some amount."""
    names = {each.field for each in columns}
    return "date" in names and bool(names & MONEY)


def is_heading(text: str, field: str) -> bool:
    column = _column(0, text) if len(text) < LONGEST_HEADING else None
    return column is not None and column.field == field


def is_total(texts: Sequence[str], day: str) -> bool:
    """Totals and balances are printed among the rows; a row with a day of its own is none, whatever its words."""
    first = next((text.strip() for text in texts if text.strip()), "")
    return bool(_TOTALS.match(first)) and read_date(day) is None


def _column(index: int, heading: str) -> Column | None:
    plain = " ".join(visible(heading[:LONGEST_HEADING]).casefold().replace("ё", "е").split()).rstrip(":")
    if not plain:
        return None
    if (field := _FIELD_OF.get(plain)) is not None:
        return Column(index, field)
    named = _IN_CURRENCY.fullmatch(plain)
    if named is None or currency_of(named[2]) is None:
        return None
    field = _FIELD_OF.get(named[1].rstrip(" ,"))
    return Column(index, field, named[2]) if field in MONEY else None


def _letters(index: int) -> str:
    """As spreadsheets name columns: A, B … Z, AA."""
    found, rest = "", index + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        found = chr(65 + digit) + found
    return found
