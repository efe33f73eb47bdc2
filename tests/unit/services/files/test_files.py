"""Files of strangers: kept by content, named and typed by us."""

from pathlib import Path

import pytest

from services.files import FileUnknown, FolderFileStore, is_safe_inline, safe_name, sniff


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("report.pdf", "report.pdf"),
        ("Отчёт за май.xlsx", "Отчёт за май.xlsx"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ann\\x.doc", "x.doc"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("a\r\nSet-Cookie: x.txt", "a Set-Cookie x.txt"),
        ('"><script>.png', "script.png"),
        ("", "file"),
        ("...", "file"),
        ("\x00\x01", "file"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
        ("\udcff.txt", "txt"),
    ],
)
def test_a_name_is_made_fit_to_be_shown(given: str, kept: str) -> None:
    assert safe_name(given) == kept


@pytest.mark.parametrize(
    ("content", "name", "media_type"),
    [
        (b"\x89PNG\r\n\x1a\n", "x.html", "image/png"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "", "image/webp"),
        (b"<svg onload=alert(1)>", "x.svg", "text/plain"),
        (b"<html>", "x.png", "text/plain"),
        (b"PK\x03\x04", "x.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (b"PK\x03\x04", "x.jar", "application/zip"),
        (b"MZ\x90\x00", "x.txt", "application/octet-stream"),
        ("Привет".encode() * 1000, "x.txt", "text/plain"),
        ("Привет".encode("cp1251"), "x.txt", "application/octet-stream"),
        (b"", "x.png", "application/octet-stream"),
        (b"a;b\n", "x.csv", "text/csv"),
    ],
)
def test_a_file_is_what_its_bytes_say(content: bytes, name: str, media_type: str) -> None:
    assert sniff(content, name) == media_type
    assert is_safe_inline(media_type) is media_type.startswith("image/")


def test_the_same_content_is_kept_once(tmp_path: Path) -> None:
    store = FolderFileStore(tmp_path)

    first, again = store.put(b"same"), store.put(b"same")

    assert first == again
    assert store.path(first.sha256).read_bytes() == b"same"
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [first.sha256]


@pytest.mark.parametrize("sha256", ["", "../../etc/passwd", "ab" * 32, "AB" * 32])
def test_a_file_nobody_sent_is_unknown(tmp_path: Path, sha256: str) -> None:
    with pytest.raises(FileUnknown):
        FolderFileStore(tmp_path).path(sha256)
