"""A workbook is an archive from outside: its size and its XML are looked at before a library reads it."""

import io
import re
import zipfile
import zlib
from collections.abc import Mapping

from services.finance.reading.trouble import UnreadableFile

MAX_UNPACKED = 150 * 1024 * 1024
# Texts are held all at once.
MAX_TEXTS = 60 * 1024 * 1024
MAX_RATIO = 200
MAX_MEMBERS = 2_000
MAX_MERGES = 50_000
CHUNK = 1024 * 1024
_DECLARATION = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
_MERGE = re.compile(rb"""<(?:\w+:)?mergeCell\s[^>]{0,200}?ref=["']([A-Z]{1,3})(\d{1,7}):[A-Z]{1,3}(\d{1,7})["']""")
# Longer than any mergeCell: one that two chunks share is seen in the second.
_OVERLAP = 300


def require_harmless(content: bytes) -> None:
    """Raises `UnreadableFile`."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            unpacked = sum(member.file_size for member in members)
            texts = sum(member.file_size for member in members if member.filename.endswith("sharedStrings.xml"))
            too_large = unpacked > min(MAX_UNPACKED, MAX_RATIO * len(content) + 10_000_000) or texts > MAX_TEXTS
            if len(members) > MAX_MEMBERS or too_large:
                raise UnreadableFile("UNPACKS_TO_MORE")
            for member in members:
                if member.filename.endswith((".xml", ".rels", ".vml")):
                    with archive.open(member) as part:
                        # UTF-16 differs by its zero bytes alone.
                        if _DECLARATION.search(part.read(64_000).replace(b"\0", b"")):
                            raise UnreadableFile("ENTITIES")
    except (zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise UnreadableFile("DAMAGED_OR_LOCKED") from error


def merges_of(content: bytes, part: str) -> Mapping[int, list[tuple[int, int]]]:
    """Cells merged over several rows, by their first row: the column and the last row. They stand after all the rows."""
    found: dict[tuple[int, int], int] = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(part.lstrip("/")) as stream:
        tail = b""
        while chunk := stream.read(CHUNK):
            for letters, first, last in _MERGE.findall(tail + chunk):
                if int(last) > int(first) and len(found) < MAX_MERGES:
                    found[int(first), _index(letters)] = int(last)
            tail = chunk[-_OVERLAP:]
    merges: dict[int, list[tuple[int, int]]] = {}
    for (first, index), last in found.items():
        merges.setdefault(first, []).append((index, last))
    return merges


def _index(letters: bytes) -> int:
    found = 0
    for each in letters:
        found = found * 26 + each - 64
    return found - 1
