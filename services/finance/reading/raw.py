"""A row as it stands in a file, and how rows are found under the headings that name their fields."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from services.finance.reading.headings import Column, columns_of, is_header, is_heading, is_total
from services.finance.reading.trouble import MAX_ROWS, too_many_rows
from services.finance.written import currency_of, read_amount

# What a cell that is merged over several rows says of each of them; an amount would be counted more than once.
_SPREAD = frozenset({"date", "project", "article", "currency", "document", "counterparty"})
# Which column a merge begins in, and its last row.
type Merges = Mapping[int, Sequence[tuple[int, int]]]


@dataclass(frozen=True, slots=True)
class RawRow:
    """`number` is the row's in its file, as people count; `cells` maps fields to texts."""

    number: int
    cells: Mapping[str, str]


@dataclass(slots=True)
class RowsUnderHeader:
    """Takes a table row by row: titles above the header are passed over; the rows below it that are empty, totals or the header
    printed again are left out.
    """

    # By their first row.
    merges: Merges = field(default_factory=dict)
    columns: Sequence[Column] = ()
    rows: list[RawRow] = field(default_factory=list)
    _spread: dict[int, tuple[int, str]] = field(default_factory=dict)

    @property
    def has_header(self) -> bool:
        return bool(self.columns)

    def read(self, table: Iterable[tuple[int, Sequence[str]]]) -> "RowsUnderHeader":
        """Raises `UnreadableFile`: more rows than can be looked at, or two columns that both hold the amount."""
        for number, texts in table:
            self._take(number, texts)
        return self

    def _take(self, number: int, texts: Sequence[str]) -> None:
        if not self.columns:
            candidate = columns_of(texts)
            self.columns = candidate if is_header(candidate) else ()
            return
        if not any(text.strip() for text in texts):
            return
        cells = {each.field: text for each in self.columns if each.index < len(texts) and (text := texts[each.index].strip())}
        if not cells or is_total(texts, cells.get("date", "")) or self._is_header_again(texts, cells):
            return
        self.rows.append(RawRow(number, self._with_currency(self._filled(number, cells))))
        if len(self.rows) > MAX_ROWS:
            raise too_many_rows()

    def _is_header_again(self, texts: Sequence[str], cells: Mapping[str, str]) -> bool:
        """Printed on every page of a report."""
        return is_heading(cells.get("date", ""), "date") and columns_of(texts) == self.columns

    def _filled(self, number: int, cells: dict[str, str]) -> dict[str, str]:
        """With what cells above say that are merged down to here."""
        spanned = dict(self.merges.get(number, ()))
        for each in self.columns:
            if each.field not in _SPREAD:
                continue
            if each.index in spanned and each.field in cells:
                self._spread[each.index] = (spanned[each.index], cells[each.field])
            last, text = self._spread.get(each.index, (0, ""))
            if number <= last:
                cells.setdefault(each.field, text)
        return cells

    def _with_currency(self, cells: dict[str, str]) -> dict[str, str]:
        """A heading such as `Amount, EUR` speaks for the amounts below it that say nothing themselves."""
        for each in self.columns:
            text = cells.get(each.field, "")
            if each.currency and text and "currency" not in cells:
                written = read_amount(text)
                if written is not None and not written.currency:
                    cells[each.field] = f"{text} {currency_of(each.currency)}"
        return cells
