"""What a report consists of, whatever the format: a long table that is read once, and short tables that follow from it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from services.reports.scope import Scope

type Cell = str | int | float | Decimal | datetime | None
type Row = Sequence[Cell]


class Kind(StrEnum):
    """What stands in a column; a duration is a number of milliseconds, a share lies between 0 and 1."""

    TEXT = "text"
    NUMBER = "number"
    MOMENT = "moment"
    DURATION = "duration"
    SHARE = "share"
    # An exact decimal.
    MONEY = "money"
    # The same where a cent is much.
    SMALL_MONEY = "small money"


class Total(StrEnum):
    """What stands under a column."""

    NONE = ""
    SUM = "sum"
    COUNT = "count"
    MEAN = "mean"


@dataclass(frozen=True, slots=True)
class Column:
    """`key` names it in JSON and CSV, `title` for people; `width` is in characters."""

    key: str
    title: str
    kind: Kind = Kind.TEXT
    width: int = 12
    total: Total = Total.NONE


@dataclass(frozen=True, slots=True)
class Table:
    """`chart` names the columns that are drawn as bars, each row a group called by its first cell."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: Iterable[Row]
    chart: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """`rows` is read once; only then does `summary` know its numbers. `method` explains every word that could be doubted."""

    name: str
    title: str
    scope: Scope
    rows: Table
    summary: Callable[[], Sequence[Table]]
    method: tuple[tuple[str, str], ...]
