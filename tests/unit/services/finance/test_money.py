"""Money: exact, rounded once, and split without losing a cent."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.finance.money import CURRENCIES, InvalidMoney, decimals, from_minor, rounded, smallest, split, to_minor

codes = st.sampled_from(sorted(CURRENCIES))
minors = st.integers(-(10**12), 10**12)
amounts = st.decimals(min_value=-(10**6), max_value=10**6, places=9)


@pytest.mark.parametrize(("currency", "expected"), [("EUR", 2), ("RUB", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4), ("ISK", 0)])
def test_a_currency_has_the_decimals_of_iso_4217(currency, expected) -> None:
    assert decimals(currency) == expected


@pytest.mark.parametrize("currency", ["", "EURO", "eur", "XXX", "XAU", "RUR"])
def test_what_is_no_currency_is_refused(currency) -> None:
    with pytest.raises(InvalidMoney, match="ISO 4217"):
        decimals(currency)


@given(minors, codes)
def test_smallest_units_and_back_are_the_same_amount(minor, currency) -> None:
    assert to_minor(from_minor(minor, currency), currency) == minor


@given(amounts, codes)
def test_rounding_moves_no_more_than_half_a_unit_and_halves_go_away_from_zero(amount, currency) -> None:
    result = rounded(amount, currency)

    assert abs(result - amount) * 2 <= smallest(currency)
    assert result == -rounded(-amount, currency)
    assert rounded(result, currency) == result
    assert result == amount.quantize(smallest(currency), ROUND_HALF_UP)


@given(minors, st.lists(st.decimals(0, 10**6, places=6), min_size=1, max_size=40), codes)
def test_parts_add_up_to_their_whole_and_are_off_by_less_than_a_unit(minor, weights, currency) -> None:
    total = from_minor(minor, currency)

    parts = split(total, weights, currency)

    assert sum(parts) == total
    whole = sum(weights)
    shares = [weight / whole for weight in weights] if whole else [Decimal(1) / len(weights)] * len(weights)
    assert all(
        abs(part - total * share) < smallest(currency) * Decimal("1.0001") for part, share in zip(parts, shares, strict=True)
    )


@given(minors, st.lists(st.integers(0, 10**6).map(Decimal), min_size=1, max_size=20), codes)
def test_the_same_amount_is_always_split_the_same_way(minor, weights, currency) -> None:
    total = from_minor(minor, currency)

    assert split(total, weights, currency) == split(total, weights, currency)


def test_the_cents_that_are_left_go_to_the_largest_remainders() -> None:
    assert split(Decimal("100.00"), [Decimal(1), Decimal(1), Decimal(1)], "EUR") == (
        Decimal("33.34"),
        Decimal("33.33"),
        Decimal("33.33"),
    )
    assert split(Decimal("0.05"), [Decimal(3), Decimal(7)], "EUR") == (Decimal("0.02"), Decimal("0.03"))


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "0.001", "1e300", "99999999999999"])
def test_what_is_no_amount_is_refused(amount) -> None:
    with pytest.raises(InvalidMoney):
        to_minor(Decimal(amount), "EUR")
