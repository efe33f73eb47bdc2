"""Money: exact decimals in a currency of ISO 4217, its smallest unit, and parts that add up to their whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation, localcontext
from functools import cache

# ISO 4217, the codes that are money; the others have two decimals.
_NO_DECIMALS = frozenset(
    ["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"]
)
_THREE_DECIMALS = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])
_FOUR_DECIMALS = frozenset(["CLF", "UYW"])
_TWO_DECIMALS = frozenset(
    [
        "AED",
        "AFN",
        "ALL",
        "AMD",
        "AOA",
        "ARS",
        "AUD",
        "AWG",
        "AZN",
        "BAM",
        "BBD",
        "BDT",
        "BGN",
        "BMD",
        "BND",
        "BOB",
        "BOV",
        "BRL",
        "BSD",
        "BTN",
        "BWP",
        "BYN",
        "BZD",
        "CAD",
        "CDF",
        "CHE",
        "CHF",
        "CHW",
        "CNY",
        "COP",
        "COU",
        "CRC",
        "CUP",
        "CVE",
        "CZK",
        "DKK",
        "DOP",
        "DZD",
        "EGP",
        "ERN",
        "ETB",
        "EUR",
        "FJD",
        "FKP",
        "GBP",
        "GEL",
        "GHS",
        "GIP",
        "GMD",
        "GTQ",
        "GYD",
        "HKD",
        "HNL",
        "HTG",
        "HUF",
        "IDR",
        "ILS",
        "INR",
        "IRR",
        "JMD",
        "KES",
        "KGS",
        "KHR",
        "KPW",
        "KYD",
        "KZT",
        "LAK",
        "LBP",
        "LKR",
        "LRD",
        "LSL",
        "MAD",
        "MDL",
        "MGA",
        "MKD",
        "MMK",
        "MNT",
        "MOP",
        "MRU",
        "MUR",
        "MVR",
        "MWK",
        "MXN",
        "MXV",
        "MYR",
        "MZN",
        "NAD",
        "NGN",
        "NIO",
        "NOK",
        "NPR",
        "NZD",
        "PAB",
        "PEN",
        "PGK",
        "PHP",
        "PKR",
        "PLN",
        "QAR",
        "RON",
        "RSD",
        "RUB",
        "SAR",
        "SBD",
        "SCR",
        "SDG",
        "SEK",
        "SGD",
        "SHP",
        "SLE",
        "SOS",
        "SRD",
        "SSP",
        "STN",
        "SVC",
        "SYP",
        "SZL",
        "THB",
        "TJS",
        "TMT",
        "TOP",
        "TRY",
        "TTD",
        "TWD",
        "TZS",
        "UAH",
        "USD",
        "USN",
        "UYU",
        "UZS",
        "VED",
        "VES",
        "WST",
        "XCD",
        "YER",
        "ZAR",
        "ZMW",
        "ZWG",
    ]
)
CURRENCIES = _NO_DECIMALS | _TWO_DECIMALS | _THREE_DECIMALS | _FOUR_DECIMALS
# In smallest units: sums of a million such amounts still fit into 64 bits.
LARGEST_MINOR = 10**12
# What many postings may add up to, converted: a cell of a large month is no mistake.
LARGEST_SUM = 10**18
# Wide enough that no product or quotient here is rounded but where we say so.
WIDE = Context(prec=60, rounding=ROUND_HALF_UP)


class InvalidMoney(ValueError):
    """An amount or a currency that cannot be: the text says why and what to write instead."""


def decimals(currency: str) -> int:
    """How many decimals a currency's smallest unit has.

    Raises:
        InvalidMoney: ISO 4217 has no such currency.
    """
    if currency in _TWO_DECIMALS:
        return 2
    if currency in _NO_DECIMALS:
        return 0
    if currency in _THREE_DECIMALS:
        return 3
    if currency in _FOUR_DECIMALS:
        return 4
    raise InvalidMoney(f"there is no currency {currency[:20]!r}: write its ISO 4217 code, as EUR or RUB")


@cache
def smallest(currency: str) -> Decimal:
    """The smallest unit: 0.01 for EUR, 1 for JPY."""
    return Decimal(1).scaleb(-decimals(currency))


def rounded(amount: Decimal, currency: str) -> Decimal:
    """To the smallest unit, halves away from zero, as book-keeping does."""
    with localcontext(WIDE):
        return amount.quantize(smallest(currency), ROUND_HALF_UP)


def to_minor(amount: Decimal, currency: str, *, largest: int = LARGEST_MINOR) -> int:
    """An amount in smallest units.

    Raises:
        InvalidMoney: it has more decimals than the currency, is too large, or no number.
    """
    if not amount.is_finite():
        raise InvalidMoney("an amount is a finite number")
    try:
        with localcontext(WIDE):
            scaled = amount.scaleb(decimals(currency))
            whole = scaled.to_integral_value()
    except InvalidOperation as error:
        raise InvalidMoney("the amount has more digits than money has") from error
    if abs(whole) > largest:
        raise InvalidMoney(f"the amount is larger than {from_minor(largest, currency)} {currency}")
    if whole != scaled:
        raise InvalidMoney(f"{currency} has {decimals(currency)} decimals, the amount has more: round it")
    return int(whole)


def from_minor(minor: int, currency: str) -> Decimal:
    with localcontext(WIDE):
        return Decimal(minor).scaleb(-decimals(currency))


def split(total: Decimal, weights: Sequence[Decimal], currency: str) -> tuple[Decimal, ...]:
    """Parts in proportion to the weights whose sum is the total to the smallest unit.

    Each part is rounded towards zero; the units that are left go one each to the largest remainders, the first among equals.
    Weights that add up to nothing count as equal.

    Raises:
        InvalidMoney: no weights, or a negative one, or the total is no amount of the currency.
    """
    if not weights or any(weight < 0 or not weight.is_finite() for weight in weights):
        raise InvalidMoney("to split an amount, give one weight or more, none of them negative")
    units = to_minor(total, currency, largest=LARGEST_SUM)
    if not any(weights):
        weights = [Decimal(1)] * len(weights)
    # Exact in whole numbers: every weight in units of the smallest decimal among them.
    finest = min(0, *(_exponent(weight) for weight in weights))
    with localcontext(WIDE):
        scaled = [int(weight.scaleb(-finest)) for weight in weights]
    whole, size, sign = sum(scaled), abs(units), -1 if units < 0 else 1
    parts = [size * weight // whole for weight in scaled]
    remainders = [size * weight % whole for weight in scaled]
    by_remainder = sorted(range(len(parts)), key=lambda index: (-remainders[index], index))
    for index in by_remainder[: size - sum(parts)]:
        parts[index] += 1
    return tuple(from_minor(sign * part, currency) for part in parts)


def _exponent(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int)  # the caller refuses what is not finite
    return exponent


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount of a currency."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        to_minor(self.amount, self.currency)

    @property
    def minor(self) -> int:
        return to_minor(self.amount, self.currency)
