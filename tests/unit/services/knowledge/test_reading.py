"""Every kind of file, sound and hostile, read by the guarded child process."""

import io
import shutil
import zipfile
from pathlib import Path

import pytest
from docx import Document
from docx.enum.text import WD_BREAK
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from services.knowledge import ReadingFailed, read_file
from services.knowledge.chunking import cut


def write_pdf(path: Path, pages: list[list[str]], **options: object) -> Path:
    canvas = Canvas(str(path), pagesize=A4, **options)
    for lines in pages:
        for place, line in enumerate(lines):
            canvas.drawString(70, 780 - 18 * place, line)
        canvas.showPage()
    canvas.save()
    return path


def test_a_pdf_gives_its_pages_and_headings(tmp_path: Path) -> None:
    long = "The grinder is cleaned every Friday evening by whoever leaves the kitchen last, says the plan."
    path = write_pdf(
        tmp_path / "guide.pdf", [["Coffee machine", long], ["Elevator", "It hums when it is cold outside in winter."]]
    )

    found = read_file(path)

    parts = cut(found.blocks)
    assert found.pages == 2
    assert [(part.page, part.heading) for part in parts] == [(1, "Coffee machine"), (2, "Elevator")]
    assert "every Friday" in parts[0].text


def test_a_docx_gives_headings_tables_and_page_breaks(tmp_path: Path) -> None:
    document = Document()
    document.add_heading("Kitchen", 1)
    document.add_paragraph("Clean the grinder.").add_run().add_break(WD_BREAK.PAGE)
    document.add_heading("Doors", 1)
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Room 4", "badge"
    document.save(str(tmp_path / "house.docx"))

    found = read_file(tmp_path / "house.docx")

    assert [(part.page, part.heading, part.text) for part in cut(found.blocks)] == [
        (1, "Kitchen", "Clean the grinder."),
        (2, "Doors", "Room 4 | badge"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
def test_text_is_read_in_the_usual_encodings(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "text.txt"
    path.write_bytes("# Кухня\n\nКофемолка чистится по пятницам.\fВторая страница".encode(encoding))

    found = read_file(path)

    assert (found.title, found.pages) == ("Кухня", 2)
    assert [part.text for part in cut(found.blocks)] == ["Кофемолка чистится по пятницам.", "Вторая страница"]


def bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * 120_000_000)
    return packed.getvalue()


def archive_of(**parts: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"%PDF-1.7\nthis is no PDF at all", "damaged"),
        (b"%PDF-1.4\n1 0 obj<</Type/Pages/Kids[1 0 R]/Count 1>>endobj trailer<</Root 1 0 R>>", "damaged"),
        (b"PK\x03\x04 broken", "damaged"),
        (archive_of(hello=b"world"), "no DOCX"),
        (archive_of(word__document_xml=b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), "DOCTYPE"),
        (archive_of(word__document_xml=b"<a><b></a>"), "damaged"),
        (b"\x7fELF\x00\x01\x02\x03\x00\x00\x00\x00" * 50, "this is no PDF"),
    ],
)
def test_a_hostile_or_damaged_file_is_refused_with_a_reason(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)

    with pytest.raises(ReadingFailed, match=reason):
        read_file(path)


def test_an_archive_that_unpacks_to_too_much_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.docx"
    path.write_bytes(bomb())

    with pytest.raises(ReadingFailed, match="unpacks to more than"):
        read_file(path)


def test_a_pdf_with_a_password_says_so(tmp_path: Path) -> None:
    lock = StandardEncryption("user password", ownerPassword="owner")
    path = write_pdf(tmp_path / "secret.pdf", [["Secret"]], encrypt=lock)

    with pytest.raises(ReadingFailed, match="password"):
        read_file(path)


def test_reading_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_text("words")

    with pytest.raises(ReadingFailed, match="takes longer"):
        read_file(path, seconds=0.001)


def scan(path: Path, text: str) -> Path:
    picture = Image.new("L", (1400, 300), 255)
    font = ImageFont.load_default(size=60)
    ImageDraw.Draw(picture).text((40, 100), text, fill=0, font=font)
    picture.save(path)
    return path


def test_a_scan_is_recognised_or_says_what_is_missing(tmp_path: Path) -> None:
    path = scan(tmp_path / "scan.png", "Clean the grinder on Friday")

    if shutil.which("tesseract") is None:
        with pytest.raises(ReadingFailed, match="install tesseract-ocr"):
            read_file(path)
        pytest.skip("Tesseract is not installed (Debian: apt-get install tesseract-ocr tesseract-ocr-rus)")
    text = " ".join(block.text for block in read_file(path).blocks)

    assert "grinder" in text


def test_a_scanned_pdf_in_russian_gives_passages_with_their_pages(tmp_path: Path) -> None:
    if shutil.which("tesseract") is None or shutil.which("pdftoppm") is None:
        pytest.skip("Tesseract or poppler is not installed (Debian: apt-get install tesseract-ocr-rus poppler-utils)")
    try:
        font = ImageFont.truetype("DejaVuSans.ttf", size=56)
    except OSError:
        pytest.skip("no font with Cyrillic letters (Debian: apt-get install fonts-dejavu-core)")
    pages = []
    for text in ("Кофемашина: чистить кофемолку", "Принтер: заменить картридж"):
        pages.append(Image.new("L", (1400, 300), 255))
        ImageDraw.Draw(pages[-1]).text((40, 100), text, fill=0, font=font)
    pages[0].save(tmp_path / "scan.pdf", save_all=True, append_images=pages[1:])

    blocks = read_file(tmp_path / "scan.pdf").blocks

    found = {block.page: block.text.lower() for block in blocks}
    assert "кофемолку" in found[1]
    assert "картридж" in found[2]
