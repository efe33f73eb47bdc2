"""How wide each column of a PDF table is: numbers, moments and short words stay on one line, long text takes what is left."""

from collections.abc import Sequence

from reportlab.pdfbase.pdfmetrics import stringWidth

from services.reports.document import Column, Kind

# Long text may take more lines; short words are not to be broken for it.
WIDEST = 30
# A text no wider than this many points stays on its line.
SHORT = 52
ASIDE = 7


def widths_of(columns: Sequence[Column], lines: Sequence[Sequence[str]], whole: float, font: str, size: float) -> list[float]:
    """By the columns' own widths, but none narrower than what must not be broken while others have room to give."""
    shares = [min(column.width, WIDEST) for column in columns]
    wanted = [whole * share / sum(shares) for share in shares]
    least = [_least(column, [line[at] for line in lines], font, size) for at, column in enumerate(columns)]
    lack = sum(max(0.0, needs - has) for needs, has in zip(least, wanted, strict=True))
    room = sum(max(0.0, has - needs) for needs, has in zip(least, wanted, strict=True))
    if not lack or not room:
        return wanted
    given, taken = min(1.0, room / lack), min(1.0, lack / room)
    return [
        has + (needs - has) * given if needs > has else has - (has - needs) * taken
        for needs, has in zip(least, wanted, strict=True)
    ]


def _least(column: Column, texts: Sequence[str], font: str, size: float) -> float:
    """Words of the heading, and of short texts all of it."""
    wide = max((stringWidth(word, font, size) for word in column.title.split(" ")), default=0.0)
    for text in texts:
        width = stringWidth(text, font, size)
        wide = max(wide, width if column.kind is not Kind.TEXT else min(width, SHORT))
    return wide + ASIDE
