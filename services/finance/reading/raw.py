"""A row as it stands in a file, and which heading means which field."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

FIELDS = ("date", "project", "article", "amount", "debit", "credit", "currency", "document", "counterparty", "text")
# Headings of spreadsheets and of 1C's exports, in lower case without spaces at either end.
_HEADINGS: Mapping[str, Sequence[str]] = {
    "date": ("date", "day", "booked on", "posting date", "дата", "период", "дата операции", "дата проводки"),
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
_FIELD_OF = {heading: field for field, headings in _HEADINGS.items() for heading in headings}
_TOTALS = re.compile(r"^(итого|всего|обороты|сальдо|total|grand total|subtotal)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RawRow:
    """`number` is the row's in its file, as people count; `cells` maps fields to texts."""

    number: int
    cells: Mapping[str, str]


def fields_of(headings: Sequence[str]) -> Mapping[int, str]:
    """Which column holds which field; the first of several that fit."""
    found: dict[int, str] = {}
    for index, heading in enumerate(headings):
        field = _FIELD_OF.get(" ".join(heading.casefold().replace("ё", "е").split()).rstrip(":"))
        if field is not None and field not in found.values():
            found[index] = field
    return found


def is_header(columns: Mapping[int, str]) -> bool:
    """A row is the header where it names a date and some amount."""
    names = set(columns.values())
    return "date" in names and bool(names & {"amount", "debit", "credit"})


def is_total(texts: Sequence[str]) -> bool:
    """1C prints totals and balances among the rows."""
    first = next((text.strip() for text in texts if text.strip()), "")
    return bool(_TOTALS.match(first))


def rows_under_header(table: Sequence[tuple[int, Sequence[str]]]) -> tuple[bool, list[RawRow]]:
    """Whether a header was found, and the rows below it that are neither empty nor totals. Titles above it are passed over."""
    columns: Mapping[int, str] = {}
    found: list[RawRow] = []
    for number, texts in table:
        if not columns:
            candidate = fields_of(texts)
            columns = candidate if is_header(candidate) else {}
            continue
        if not any(text.strip() for text in texts) or is_total(texts):
            continue
        cells = {field: texts[index].strip() for index, field in columns.items() if index < len(texts) and texts[index].strip()}
        found.append(RawRow(number, cells))
    return bool(columns), found
