"""PDF: the text of each page; pages that are pictures go to the recogniser of scans."""

import re
from pathlib import Path

from pypdf import PageObject, PdfReader
from pypdf.errors import PyPdfError

from services.knowledge.chunking import Block
from services.knowledge.reading.failures import CannotRead
from services.knowledge.reading.scans import recognise_pages

MOST_PAGES = 2_000
# Fewer letters than this on a page are a page number on a picture.
LETTERS_OF_TEXT = 20
LONGEST_HEADING = 90
_NUMBERED = re.compile(r"^\d+(?:\.\d+)*\.?\s+\S")


def read_pdf(path: Path) -> tuple[list[Block], int, str]:
    """Raises `CannotRead`."""
    try:
        reader = PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):
            raise CannotRead("the PDF is protected by a password: save it without one")
        count = len(reader.pages)
        if count > MOST_PAGES:
            raise CannotRead(f"the PDF has {count} pages; at most {MOST_PAGES} are read")
        texts = [_text(page) for page in reader.pages]
        title = str((reader.metadata.title if reader.metadata else None) or "").strip()
    except PyPdfError as error:
        raise CannotRead(f"the PDF is damaged ({type(error).__name__}): save it anew") from error
    pictures = [number for number, text in enumerate(texts, start=1) if sum(sign.isalpha() for sign in text) < LETTERS_OF_TEXT]
    if pictures and len(pictures) * 2 > count:
        for number, text in recognise_pages(path, pictures).items():
            texts[number - 1] = text
    blocks = [block for number, text in enumerate(texts, start=1) for block in _blocks(text, number)]
    return blocks, count, title


def _text(page: PageObject) -> str:
    return page.extract_text() or ""


def _blocks(text: str, page: int) -> list[Block]:
    """Lines of a paragraph end where the page's column does; a paragraph ends at an empty line or a short last one."""
    blocks: list[Block] = []
    held: list[str] = []
    lines = [line.strip() for line in text.splitlines()]
    width = max((len(line) for line in lines), default=0)

    def end() -> None:
        if held:
            blocks.append(Block("\n".join(held), page))
            held.clear()

    for line in lines:
        if not line:
            end()
        elif _is_heading(line, width):
            end()
            blocks.append(Block(line, page, is_heading=True))
        else:
            held.append(line)
            if len(line) < width * 0.6 and line.endswith((".", "!", "?", ":")):
                end()
    end()
    return blocks


def _is_heading(line: str, width: int) -> bool:
    is_short = len(line) <= min(LONGEST_HEADING, width * 0.7) and not line.endswith((".", ",", ";", ":", "!", "?"))
    return is_short and line[0].isupper() and len(line.split()) <= 10 and not _NUMBERED.match(line)
