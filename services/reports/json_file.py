"""A report as JSON: what it is, its method, every row as an object, and the summary."""

from datetime import datetime
from decimal import Decimal
from typing import BinaryIO

import msgspec

from services.reports.document import Cell, Report, Table


def write_json(report: Report, out: BinaryIO) -> None:
    """Rows go out as they come; the summary follows them."""
    encode = msgspec.json.encode
    period = report.scope.period
    head = {
        "report": report.name,
        "title": report.title,
        "language": report.scope.language,
        "period": {"from": period.first, "to": period.last},
        "asked_at": report.scope.asked_at,
        "method": [{"term": term, "meaning": meaning} for term, meaning in report.method],
    }
    out.write(encode(head)[:-1] + b',"rows":[')
    keys = [column.key for column in report.rows.columns]
    separator = b"\n"
    for row in report.rows.rows:
        out.write(separator + encode(dict(zip(keys, map(_value, row), strict=True))))
        separator = b",\n"
    out.write(b'\n],"summary":' + encode([_table(table) for table in report.summary()]) + b"}\n")


def plain(value: Cell) -> str | int | float | Decimal | None:
    """A value as text files hold it: moments in ISO 8601, in UTC."""
    return value.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z" if isinstance(value, datetime) else value


def _value(value: Cell) -> str | int | float | Decimal | None:
    # A lone surrogate is half a character that UTF-8 cannot hold.
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else plain(value)


def _table(table: Table) -> dict[str, object]:
    keys = [column.key for column in table.columns]
    return {
        "key": table.key,
        "title": table.title,
        "rows": [dict(zip(keys, map(_value, row), strict=True)) for row in table.rows],
    }
