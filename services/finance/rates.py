"""Exchange rates: daily ones, their monthly average with its gaps, and rates by hand where there are gaps.

The average is the mean of the daily rates that are there, to six decimals. A working day without a rate is a gap; where there
are gaps, a rate by hand (with its reason) takes the average's place. A month without any rate has none, and its amounts cannot
be converted: nothing guesses.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, localcontext
from enum import StrEnum

from sqlalchemy import Connection, Engine, delete, insert, select

from services.finance.auditing import note_down
from services.finance.locks import writing
from services.finance.moments import from_ms, to_ms, utc_now
from services.finance.money import WIDE, decimals, rounded
from services.finance.months import Month
from services.finance.nouns import DEFAULT_TENANT, FinanceError, Invalid
from services.finance.tables import daily_rate, manual_rate
from services.finance.working_days import WEEKDAYS, WorkingDays

RATE_UNIT = Decimal("0.000001")
LARGEST_RATE = Decimal(10) ** 9


class RateMissing(FinanceError):
    """An amount in a currency of which the month has no rate."""

    def __init__(self, currency: str, month: Month) -> None:
        super().__init__(f"{month} has no rate of {currency}: load its daily rates, or enter a rate by hand with a reason")
        self.currency, self.month = currency, month


class RateSource(StrEnum):
    BASE = "base"
    AVERAGE = "average"
    AVERAGE_WITH_GAPS = "average_with_gaps"
    MANUAL = "manual"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class DailyRate:
    """How many units of the base currency one unit of a currency costs on a day."""

    currency: str
    day: date
    rate: Decimal


@dataclass(frozen=True, slots=True)
class ManualRate:
    currency: str
    month: Month
    rate: Decimal
    reason: str
    entered_by: str
    entered_at: datetime


@dataclass(frozen=True, slots=True)
class MonthRate:
    """The rate of a month and where it comes from; `missing` are its working days without one."""

    currency: str
    month: Month
    source: RateSource
    rate: Decimal | None
    days: tuple[DailyRate, ...] = ()
    missing: tuple[date, ...] = ()
    manual: ManualRate | None = None

    def convert(self, amount: Decimal, base: str) -> Decimal:
        """Rounded to the base currency's smallest unit. Raises `RateMissing`."""
        if self.rate is None:
            raise RateMissing(self.currency, self.month)
        with localcontext(WIDE):
            return rounded(amount * self.rate, base)


def month_rate(
    currency: str,
    month: Month,
    base: str,
    days: Iterable[DailyRate],
    manual: ManualRate | None,
    working: WorkingDays = WEEKDAYS,
) -> MonthRate:
    """The rate that holds for a month."""
    if currency == base:
        return MonthRate(currency, month, RateSource.BASE, Decimal(1))
    known = tuple(sorted(days, key=lambda each: each.day))
    there = {each.day for each in known}
    missing = tuple(day for day in month.days() if working.is_working(day) and day not in there)
    if missing and manual is not None:
        return MonthRate(currency, month, RateSource.MANUAL, manual.rate, known, missing, manual)
    if not known:
        return MonthRate(currency, month, RateSource.MISSING, None, (), missing)
    source = RateSource.AVERAGE_WITH_GAPS if missing else RateSource.AVERAGE
    return MonthRate(currency, month, source, average([each.rate for each in known]), known, missing, manual)


def average(rates: Sequence[Decimal]) -> Decimal:
    with localcontext(WIDE):
        return (sum(rates, Decimal(0)) / len(rates)).quantize(RATE_UNIT, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Rates:
    """The rates of one tenant towards its base currency."""

    engine: Engine
    base: str
    working: WorkingDays = WEEKDAYS
    tenant_id: str = DEFAULT_TENANT
    clock: Callable[[], datetime] = utc_now

    def of(self, currencies: Iterable[str], months: Sequence[Month]) -> Mapping[tuple[str, Month], MonthRate]:
        """The rate of each currency in each month."""
        with self.engine.connect() as connection:
            return self.within(connection, currencies, months)

    def within(
        self, connection: Connection, currencies: Iterable[str], months: Sequence[Month]
    ) -> Mapping[tuple[str, Month], MonthRate]:
        """As `of`, in the caller's transaction."""
        names = [str(month) for month in months]
        days: dict[tuple[str, str], list[DailyRate]] = {}
        mine = select(daily_rate).where(daily_rate.c.tenant_id == self.tenant_id, daily_rate.c.month.in_(names))
        for row in connection.execute(mine).mappings():
            one = DailyRate(row["currency"], date.fromisoformat(row["day"]), Decimal(row["rate"]))
            days.setdefault((row["currency"], row["month"]), []).append(one)
        by_hand = self._manual(connection, names)
        return {
            (currency, month): month_rate(
                currency, month, self.base, days.get((currency, str(month)), ()), by_hand.get((currency, month)), self.working
            )
            for currency in sorted(set(currencies) | {self.base})
            for month in months
        }

    def currencies(self) -> Sequence[str]:
        """Those that ever had a rate."""
        queries = [select(table.c.currency).where(table.c.tenant_id == self.tenant_id) for table in (daily_rate, manual_rate)]
        with self.engine.connect() as connection:
            return sorted({currency for query in queries for currency in connection.scalars(query.distinct())})

    def keep(self, rates: Sequence[DailyRate], person: str, source: str) -> int:
        """Write daily rates; one that is there already is replaced. Raises `MonthLocked`."""
        for each in rates:
            _require_rate(each.currency, each.rate, self.base)
        months = {Month.of(each.day) for each in rates}
        with writing(self.engine, self.tenant_id, months) as connection:
            for each in rates:
                key = {"tenant_id": self.tenant_id, "currency": each.currency, "day": each.day.isoformat()}
                same = [getattr(daily_rate.c, name) == value for name, value in key.items()]
                connection.execute(delete(daily_rate).where(*same))
                values = {"month": str(Month.of(each.day)), "rate": format(each.rate, "f"), "source": source[:200]}
                connection.execute(insert(daily_rate).values(**key, **values))
            for month in sorted(months):
                count = sum(Month.of(each.day) == month for each in rates)
                note_down(
                    connection, self.tenant_id, month, self.clock(), person, "rates", f"{count} daily rates, {source}"[:400]
                )
        return len(rates)

    def enter_by_hand(self, currency: str, month: Month, rate: Decimal, reason: str, person: str) -> ManualRate:
        """A rate for a month with gaps; every one stays in the log, the newest counts. Raises `MonthLocked`, `Invalid`."""
        _require_rate(currency, rate, self.base)
        if not reason.strip():
            raise Invalid("a rate by hand needs a reason: where does it come from?")
        made = ManualRate(currency, month, rate, reason[:2000], person, self.clock())
        row = {"tenant_id": self.tenant_id, "month": str(month), "currency": currency, "rate": format(rate, "f")}
        row |= {"reason": made.reason, "entered_by": person}
        with writing(self.engine, self.tenant_id, [month]) as connection:
            connection.execute(insert(manual_rate).values(**row, entered_at=to_ms(made.entered_at)))
            detail = f"{currency} {format(rate, 'f')}: {made.reason}"
            note_down(connection, self.tenant_id, month, made.entered_at, person, "manual_rate", detail)
        return made

    def _manual(self, connection: Connection, months: Sequence[str]) -> dict[tuple[str, Month], ManualRate]:
        mine = select(manual_rate).where(manual_rate.c.tenant_id == self.tenant_id, manual_rate.c.month.in_(months))
        found = {}
        for row in connection.execute(mine.order_by(manual_rate.c.number)).mappings():
            month = Month.parse(row["month"])
            at, rate = from_ms(row["entered_at"]), Decimal(row["rate"])
            found[row["currency"], month] = ManualRate(row["currency"], month, rate, row["reason"], row["entered_by"], at)
        return found


def _require_rate(currency: str, rate: Decimal, base: str) -> None:
    decimals(currency)
    if currency == base:
        raise Invalid(f"{base} is the base currency: it needs no rate")
    if not rate.is_finite() or not 0 < rate < LARGEST_RATE:
        raise Invalid(f"the rate of {currency} must be a number above 0 and below {LARGEST_RATE:,}")
