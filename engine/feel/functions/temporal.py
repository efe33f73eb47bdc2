"""Temporal functions. `now` and `today` read the engine's clock."""

from calendar import monthrange
from datetime import date, datetime
from decimal import Decimal

from engine.feel.functions.registry import builtin
from engine.feel.run import Run

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@builtin("now()", takes_run=True)
def now(run: Run) -> datetime:
    """This moment."""
    return run.now()


@builtin("today()", takes_run=True)
def today(run: Run) -> date:
    """This day."""
    return run.now().date()


@builtin("day of week(date: ordinary date)")
def day_of_week(day: date) -> str:
    """`Monday` to `Sunday`."""
    return DAYS[day.weekday()]


@builtin("day of year(date: ordinary date)")
def day_of_year(day: date) -> Decimal:
    """1 to 366."""
    return Decimal(day.timetuple().tm_yday)


@builtin("week of year(date: ordinary date)")
def week_of_year(day: date) -> Decimal:
    """The number of the ISO week."""
    return Decimal(day.isocalendar().week)


@builtin("month of year(date: ordinary date)")
def month_of_year(day: date) -> str:
    """`January` to `December`."""
    return MONTHS[day.month - 1]


@builtin("last day of month(date: ordinary date)")
def last_day_of_month(day: date) -> date:
    """The last date of the month."""
    return date(day.year, day.month, monthrange(day.year, day.month)[1])
