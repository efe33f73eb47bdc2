"""Days, numbers and currencies as people and programs write them; what could be two things is never guessed."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from services.finance.money import CURRENCIES

LONGEST_NUMBER = 40
_DATE_FORMS = ("%Y-%m-%d", "%d.%m.%Y", "%d.%m.%y", "%d/%m/%Y", "%Y/%m/%d", "%d-%m-%Y", "%Y.%m.%d", "%Y%m%d")
_NAMED_DAY = re.compile(r"(\d{1,2})[ .-]*([^\W\d_]{3,})\.?[ .,-]*(\d{4})")
_DAY_AFTER_NAME = re.compile(r"([^\W\d_]{3,})\.? (\d{1,2}),? (\d{4})")
_YEAR_WORD = re.compile(r"\s*г\.?$")
_MONTHS = {
    name: number
    for names in ("jan feb mar apr may jun jul aug sep oct nov dec", "янв фев мар апр мая июн июл авг сен окт ноя дек")
    for number, name in enumerate(names.split(), start=1)
} | {"май": 5}
_LOOKS_LIKE_A_DAY = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}")
# The first two can be day and month in either order.
SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")

_SIGNS = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d", "-"))
_APOSTROPHES = str.maketrans(dict.fromkeys("\u2019\u2018\u02bc`\u00b4\u2032", "'"))
_PLAIN = re.compile(r"[0-9]+(?:[.,][0-9]+)?|[.,][0-9]+")
_GROUPED = re.compile(r"[0-9]{1,3}([ '.,])[0-9]{3}(?:\1[0-9]{3})*(?:(?!\1)[.,][0-9]+)?")
_BY_HUNDREDS = re.compile(r"[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}(?:\.[0-9]+)?")
_TWO_READINGS = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")
_WORD = r"[^\W\d_]{1,6}\.?|[₽€$£₸₴₺₹₩₪]"
_MONEY_BEFORE = re.compile(rf"([-+(]?)\s*({_WORD})\s*(.+)")
_MONEY_AFTER = re.compile(rf"(.+?)\s*({_WORD})([)-]?)")
_CURRENCY_WORDS = {
    **dict.fromkeys(("Р", "Р.", "РУБ", "РУБ.", "РУБЛЬ", "РУБЛЯ", "РУБЛЕЙ", "РУБЛИ", "RUR", "₽"), "RUB"),
    **dict.fromkeys(("$", "ДОЛЛ", "ДОЛЛ."), "USD"),
    **dict.fromkeys(("€", "ЕВРО", "EURO"), "EUR"),
    **dict(zip("£₸₴₺₹₩₪", ("GBP", "KZT", "UAH", "TRY", "INR", "KRW", "ILS"), strict=True)),
}


@dataclass(frozen=True, slots=True)
class WrittenAmount:
    """`currency` is empty where none stands beside the number."""

    number: Decimal
    currency: str = ""
    could_be_two: bool = False


def visible(text: str) -> str:
    """Without what nobody sees, with one kind of space, minus and apostrophe: exports are full of the others."""
    if text.isascii():
        return text.replace("\t", " ").strip()
    seen = (" " if unicodedata.category(each) == "Zs" else each for each in text if unicodedata.category(each) != "Cf")
    return "".join(seen).replace("\t", " ").translate(_SIGNS).translate(_APOSTROPHES).strip()


def read_date(text: str) -> date | None:
    """A day in the forms that spreadsheets, 1C and people write; a time after it is left out."""
    plain = _YEAR_WORD.sub("", visible(text))
    if (named := _named_day(plain)) is not None:
        return named
    day = plain.split("T")[0].split(" ")[0]
    for form in _DATE_FORMS:
        try:
            found = datetime.strptime(day, form).date()  # noqa: DTZ007  # a day has no zone
        except ValueError:
            continue
        return found if 1970 <= found.year <= 9990 else None
    return None


def looks_like_a_day(text: str) -> bool:
    """Written as one, whether the calendar has it or not."""
    return _LOOKS_LIKE_A_DAY.match(visible(text)) is not None


def day_could_be_two(text: str) -> bool:
    """`03/04/2026` is in March in one country and in April in the next."""
    found = SLASHED.match(visible(text))
    return found is not None and found[1].zfill(2) != found[2].zfill(2) and int(found[1]) <= 12 and int(found[2]) <= 12


def _named_day(plain: str) -> date | None:
    found = _NAMED_DAY.match(plain)
    parts = (found[1], found[2], found[3]) if found else None
    if parts is None and (found := _DAY_AFTER_NAME.match(plain)):
        parts = (found[2], found[1], found[3])
    if parts is None or (month := _MONTHS.get(parts[1].casefold()[:3])) is None:
        return None
    try:
        return date(int(parts[2]), month, int(parts[0])) if int(parts[2]) >= 1970 else None
    except ValueError:
        return None


def read_number(text: str) -> Decimal | None:
    """`1 234 567,89`, `1'234'567.89`, `1,234,567.89`, `(12.50)`, `12.50-`, `−3`; None where a text is no number."""
    plain = visible(text)
    if len(plain) > LONGEST_NUMBER:
        return None
    negative = False
    if plain.startswith("(") and plain.endswith(")"):
        plain, negative = plain[1:-1].strip(), True
    elif plain.startswith(("-", "+")):
        plain, negative = plain[1:].lstrip(), plain.startswith("-")
    elif plain.endswith("-"):
        plain, negative = plain[:-1].rstrip(), True
    if not (_PLAIN.fullmatch(plain) or _GROUPED.fullmatch(plain) or _BY_HUNDREDS.fullmatch(plain)):
        return None
    try:
        number = Decimal(_without_groups(plain))
    except InvalidOperation:
        return None
    return -number if negative else number


def _without_groups(plain: str) -> str:
    """The last separator divides whole from parts, unless the same one stands there twice."""
    plain = plain.replace(" ", "").replace("'", "")
    last = max(plain.rfind("."), plain.rfind(","))
    if last < 0:
        return plain
    whole, part = plain[:last], plain[last + 1 :]
    if plain[last] in whole:
        return whole.replace(plain[last], "") + part
    return f"{whole.replace('.', '').replace(',', '') or '0'}.{part}"


def read_amount(text: str) -> WrittenAmount | None:
    """A number with the currency that stands beside it, if one does; None where it is neither."""
    plain = visible(text)
    number = read_number(plain)
    if number is not None:
        return WrittenAmount(number, could_be_two=_has_two_readings(plain))
    for rest, word in _apart(plain):
        number, currency = read_number(rest), currency_of(word)
        if number is not None and currency is not None:
            return WrittenAmount(number, currency, _has_two_readings(rest))
    return None


def _apart(plain: str) -> list[tuple[str, str]]:
    found = []
    if before := _MONEY_BEFORE.fullmatch(plain):
        found.append((before[1] + before[3], before[2]))
    if after := _MONEY_AFTER.fullmatch(plain):
        found.append((after[1] + after[3], after[2]))
    return found


def _has_two_readings(plain: str) -> bool:
    """`1,234` is a thousand and something in one country, and one and something in the next."""
    return _TWO_READINGS.fullmatch(plain.strip("()+- ")) is not None


def currency_of(text: str) -> str | None:
    """The code of a currency that is written as code, word or sign."""
    word = visible(text).upper()
    code = _CURRENCY_WORDS.get(word, word.removesuffix("."))
    return code if code in CURRENCIES else None
