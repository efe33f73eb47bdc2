"""HTML mail as text: paragraphs, lists, links and quotes stay readable; nothing is fetched, nothing is run."""

import re
from html.parser import HTMLParser
from typing import override

BLOCKS = frozenset(
    {
        "address",
        "article",
        "blockquote",
        "dd",
        "div",
        "dl",
        "dt",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
    }
    | {"header", "hr", "li", "ol", "p", "pre", "section", "table", "tr", "ul"}
)
UNSEEN = frozenset({"script", "style", "head", "title", "template", "noscript", "svg", "object"})
MAXIMUM_QUOTES = 5
LINK = re.compile(r"https?://[^\s<>\"']{1,2000}", re.IGNORECASE)


class _Reader(HTMLParser):
    """Works through the tags one by one, so however deep they nest costs nothing."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._unseen = 0
        self._quotes = 0
        self._link = ""
        self._link_from = 0

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in UNSEEN:
            self._unseen += 1
        elif tag == "br":
            self._line()
        elif tag in BLOCKS:
            self._quotes += tag == "blockquote"
            self._line()
            if tag == "li":
                self.pieces.append("- ")
        elif tag == "a":
            self._link, self._link_from = dict(attrs).get("href") or "", len(self.pieces)
        elif tag == "td":
            self.pieces.append(" ")

    @override
    def handle_endtag(self, tag: str) -> None:
        if tag in UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag in BLOCKS:
            if tag == "blockquote":
                self._quotes = max(0, self._quotes - 1)
            self._line()
            if tag == "p":
                self._line()
        elif tag == "a":
            self._close_link()

    @override
    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.pieces.append(re.sub(r"\s+", " ", data))

    def _close_link(self) -> None:
        """An address stands behind its words, unless the words are the address."""
        shown = "".join(self.pieces[self._link_from :]).strip()
        if LINK.fullmatch(self._link) and self._link.rstrip("/") not in {shown, shown.rstrip("/")}:
            self.pieces.append(f" <{self._link}>")
        self._link = ""

    def _line(self) -> None:
        self.pieces.append("\n" + "> " * min(self._quotes, MAXIMUM_QUOTES))


def html_to_text(html: str) -> str:
    """The text a reader of this HTML would see."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = [re.sub(r"[ \t\xa0]+", " ", line).strip() for line in "".join(reader.pieces).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
