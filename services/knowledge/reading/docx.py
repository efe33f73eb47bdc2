"""DOCX: paragraphs, headings and tables, in their order."""

import re
import zipfile
import zlib
from pathlib import Path

from docx import Document
from docx.table import Table
from docx.text.paragraph import Paragraph

from services.knowledge.chunking import Block
from services.knowledge.reading.failures import CannotRead

LARGEST_UNPACKED = 100 * 1024 * 1024
MOST_PARTS = 2_000
_PAGE_END = re.compile(r'<w:lastRenderedPageBreak\b|<w:br\b[^>]*w:type="page"')


def read_docx(path: Path) -> tuple[list[Block], int, str]:
    """Raises `CannotRead`."""
    _require_harmless(path)
    document = Document(str(path))
    blocks: list[Block] = []
    page = 1
    for item in document.iter_inner_content():
        if isinstance(item, Table):
            blocks += [Block(row, page) for row in _rows(item)]
            continue
        blocks.append(Block(item.text, page, is_heading=_is_heading(item)))
        page += len(_PAGE_END.findall(item._p.xml))  # noqa: SLF001 -- python-docx has no public name for it
    return blocks, page, str(document.core_properties.title or "").strip()


def _require_harmless(path: Path) -> None:
    """A small archive may unpack to gigabytes, and XML may name entities: neither is opened."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if "word/document.xml" not in archive.namelist():
                raise CannotRead("this archive is no DOCX: save the text as DOCX, PDF or text")
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
                raise CannotRead(f"the DOCX unpacks to more than {LARGEST_UNPACKED:,} bytes: take large pictures out")
            for part in parts:
                if part.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in archive.read(part):
                    raise CannotRead("the DOCX holds a DOCTYPE, which no word processor writes: save it anew")
    except (zipfile.BadZipFile, zlib.error) as error:
        raise CannotRead("the DOCX is damaged: save it anew") from error


def _is_heading(paragraph: Paragraph) -> bool:
    style = paragraph.style.name if paragraph.style is not None else ""
    return bool(style) and str(style).lower().startswith(("heading", "title", "заголовок"))


def _rows(table: Table) -> list[str]:
    return [" | ".join(dict.fromkeys(cell.text.strip() for cell in row.cells)) for row in table.rows]
