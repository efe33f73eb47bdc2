"""What every PDF page shares: the embedded font, styles, bookmarks, and `3 / 7` at its foot."""

from functools import cache, partial
from html import escape
from importlib.resources import files
from typing import Any, Literal

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

FONT = "NotoSans"
TA_LEFT: Literal[0] = 0
TA_RIGHT: Literal[2] = 2
MARGIN = 14 * mm
CELL_SIZE = 6.5
ACCENT = colors.HexColor("#107AA8")
INK = colors.HexColor("#16242C")
QUIET = colors.HexColor("#5B6B75")

# Name: size, colour, alignment, space before, space after.
_STYLES: dict[str, tuple[float, Any, Literal[0, 2], float, float]] = {
    "title": (20, ACCENT, TA_LEFT, 0, 4),
    "section": (13, ACCENT, TA_LEFT, 10, 4),
    "quiet": (9, QUIET, TA_LEFT, 0, 0),
    "term": (9, ACCENT, TA_LEFT, 4, 0),
    "text": (9, INK, TA_LEFT, 0, 0),
    "head-left": (CELL_SIZE, QUIET, TA_LEFT, 0, 0),
    "head-right": (CELL_SIZE, QUIET, TA_RIGHT, 0, 0),
    "cell-left": (CELL_SIZE, INK, TA_LEFT, 0, 0),
    "cell-right": (CELL_SIZE, INK, TA_RIGHT, 0, 0),
}


@cache
def embed_font() -> None:
    """Noto Sans holds Latin, Cyrillic and Greek; only the used characters go into a file."""
    path = files("fontpkg_noto_sans").joinpath("files", "NotoSans[wdth,wght].ttf")
    pdfmetrics.registerFont(TTFont(FONT, str(path)))
    pdfmetrics.registerFontFamily(FONT, normal=FONT, bold=FONT, italic=FONT, boldItalic=FONT)


def paragraph(text: str, style: str) -> Paragraph:
    """Plain text: whatever it holds is printed, never obeyed."""
    return Paragraph(escape(text, quote=False), _style(style))


class Heading(Paragraph):
    """A paragraph that the reader's outline leads to."""

    def __init__(self, text: str, level: int) -> None:
        super().__init__(escape(text, quote=False), _style("section" if level else "title"))
        self.keepWithNext = 1
        self._outline = (text, level)

    def draw(self) -> None:
        """Leave a bookmark where it comes to stand."""
        text, level = self._outline
        canvas: Any = self.canv
        key = f"heading-{canvas.next_bookmark()}"
        canvas.bookmarkHorizontal(key, 0, self.height)
        canvas.addOutlineEntry(text, key, level)
        super().draw()


class NumberedPages(Canvas):
    """Keeps every page until the last is known, then writes `page of pages` on each."""

    def __init__(self, *arguments: Any, title: str, **options: Any) -> None:  # noqa: ANN401  # the library's own
        super().__init__(*arguments, **options)
        self._title = title
        self._pages: list[dict[str, Any]] = []
        self._bookmarks = 0

    @classmethod
    def of(cls, title: str) -> "partial[NumberedPages]":
        return partial(cls, title=title, initialFontName=FONT)

    def next_bookmark(self) -> int:
        self._bookmarks += 1
        return self._bookmarks

    def showPage(self) -> None:  # noqa: N802  # the library's name
        """Put the page aside."""
        self._pages.append(dict(self.__dict__))
        self._startPage()  # type: ignore[attr-defined]  # the library's, without a type

    def save(self) -> None:
        for page in self._pages:
            self.__dict__.update(page)
            self._write_foot()
            super().showPage()
        super().save()

    def _write_foot(self) -> None:
        self.setFont(FONT, 8)
        self.setFillColor(QUIET)
        width, number = landscape(A4)[0], self.getPageNumber()
        self.drawString(MARGIN, MARGIN - 2 * mm, self._title)
        self.drawRightString(width - MARGIN, MARGIN - 2 * mm, f"{number} / {len(self._pages)}")


@cache
def _style(name: str) -> ParagraphStyle:
    size, color, align, before, after = _STYLES[name]
    return ParagraphStyle(
        name,
        fontName=FONT,
        fontSize=size,
        leading=size * 1.3,
        textColor=color,
        alignment=align,
        spaceBefore=before,
        spaceAfter=after,
        splitLongWords=1,
    )
