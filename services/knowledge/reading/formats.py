"""Which kind of file it is, by its content and never by its name, and its text."""

from pathlib import Path

from services.knowledge.chunking import Block
from services.knowledge.reading.failures import CannotRead

__all__ = ["CannotRead", "read"]

IMAGES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*")


def read(path: Path) -> tuple[list[Block], int, str]:
    """Blocks, number of pages, title if the file has one. Raises `CannotRead`."""
    with path.open("rb") as file:
        head = file.read(1024)
    # Each reader is imported when it is needed: a text file shall not wait for the PDF library.
    if b"%PDF-" in head:
        from services.knowledge.reading.pdf import read_pdf  # noqa: PLC0415

        return read_pdf(path)
    if head.startswith(b"PK\x03\x04"):
        from services.knowledge.reading.docx import read_docx  # noqa: PLC0415

        return read_docx(path)
    if head.startswith(IMAGES):
        from services.knowledge.reading.scans import read_image  # noqa: PLC0415

        return [Block(text) for text in read_image(path)], 1, ""
    from services.knowledge.reading.plain import read_text  # noqa: PLC0415

    return read_text(path.read_bytes())
