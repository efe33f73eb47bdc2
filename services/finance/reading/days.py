"""`03/04/2026`: day first or month first is told by the other rows of the same file, or by nothing."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from services.finance.reading.raw import RawRow
from services.finance.written import SLASHED, visible


def with_plain_days(rows: Sequence[RawRow]) -> list[RawRow]:
    """Days with slashes as ISO dates, where some row of the file shows the order and none contradicts it."""
    pairs = [(int(found[1]), int(found[2])) for row in rows if (found := SLASHED.match(visible(row.cells.get("date", ""))))]
    day_first, month_first = any(first > 12 for first, _second in pairs), any(second > 12 for _first, second in pairs)
    if day_first == month_first:
        return list(rows)
    return [_plain(row, day_first=day_first) for row in rows]


def _plain(row: RawRow, *, day_first: bool) -> RawRow:
    found = SLASHED.match(visible(row.cells.get("date", "")))
    if found is None:
        return row
    day, month = (int(found[1]), int(found[2])) if day_first else (int(found[2]), int(found[1]))
    try:
        plain = date(int(found[3]), month, day)
    except ValueError:
        return row
    return replace(row, cells={**row.cells, "date": plain.isoformat()})
