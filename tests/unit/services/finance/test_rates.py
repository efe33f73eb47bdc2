"""The rate of a month: its mean, its gaps, and a rate by hand where there are some."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.finance import DailyRate, ManualRate, Month, RateMissing, RateSource, Weekdays, month_rate
from services.finance.rates import average

MARCH = Month(2026, 3)
BY_HAND = ManualRate("USD", MARCH, Decimal(90), "bank letter", "anna", datetime(2026, 4, 1, tzinfo=UTC))
WORKING = [day for day in MARCH.days() if day.weekday() < 5]


def daily(days) -> list[DailyRate]:
    return [DailyRate("USD", day, Decimal(80) + day.day) for day in days]


def test_a_month_with_every_working_day_has_their_mean() -> None:
    rate = month_rate("USD", MARCH, "RUB", daily(WORKING), BY_HAND)

    assert rate.source is RateSource.AVERAGE
    assert rate.rate == average([Decimal(80) + day.day for day in WORKING])
    assert rate.missing == ()


def test_a_missing_day_is_shown_and_a_rate_by_hand_takes_the_means_place() -> None:
    gap = date(2026, 3, 18)
    days = daily(day for day in WORKING if day != gap)

    without, with_hand = (month_rate("USD", MARCH, "RUB", days, manual) for manual in (None, BY_HAND))

    assert (without.source, without.missing) == (RateSource.AVERAGE_WITH_GAPS, (gap,))
    assert (with_hand.source, with_hand.rate, with_hand.missing) == (RateSource.MANUAL, Decimal(90), (gap,))


def test_a_holiday_is_no_gap() -> None:
    holiday = date(2026, 3, 9)

    rate = month_rate(
        "USD", MARCH, "RUB", daily(d for d in WORKING if d != holiday), None, Weekdays(holidays=frozenset({holiday}))
    )

    assert rate.source is RateSource.AVERAGE


def test_a_month_without_any_rate_converts_nothing() -> None:
    rate = month_rate("USD", MARCH, "RUB", [], None)

    with pytest.raises(RateMissing, match="2026-03 has no rate of USD"):
        rate.convert(Decimal(1), "RUB")


@given(st.lists(st.decimals("0.0001", 10**5, places=4), min_size=1, max_size=31))
def test_a_mean_lies_between_its_rates_and_does_not_depend_on_their_order(rates) -> None:
    mean = average(rates)

    assert min(rates) <= mean <= max(rates)
    assert mean == average(rates[::-1])
