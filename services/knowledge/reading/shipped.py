"""Reading the articles that ship with this program, in the program's own process."""

from pathlib import Path

from services.knowledge.reading.guarded import ReadFile
from services.knowledge.reading.plain import read_text


def read_in_place(path: Path) -> ReadFile:
    blocks, pages, title = read_text(path.read_bytes())
    return ReadFile(tuple(blocks), pages, title)
