"""Text and Markdown."""

import re

from services.knowledge.chunking import Block
from services.knowledge.reading.failures import CannotRead

_HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*$")
_UNDERLINE = re.compile(r"^(=+|-{3,})\s*$")
CONTROL_SHARE = 0.02


def read_text(content: bytes) -> tuple[list[Block], int, str]:
    """A form feed begins a new page. Raises `CannotRead` for what is no text."""
    text = _decoded(content)
    blocks: list[Block] = []
    title = ""
    for number, page in enumerate(text.split("\f"), start=1):
        for paragraph in re.split(r"\n\s*\n", page):
            for block in _blocks(paragraph, number):
                if block.is_heading and not title:
                    title = block.text
                blocks.append(block)
    return blocks, text.count("\f") + 1, title


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "utf-16" if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else "cp1251"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        controls = sum(1 for sign in text[:20_000] if ord(sign) < 32 and sign not in "\t\n\r\f")
        if controls > CONTROL_SHARE * min(len(text), 20_000):
            break
        return text.replace("\r\n", "\n").replace("\r", "\n")
    raise CannotRead("this is no PDF, DOCX, text, Markdown or picture: save it as one of these")


def _blocks(paragraph: str, page: int) -> list[Block]:
    lines = paragraph.strip("\n").splitlines()
    blocks: list[Block] = []
    held: list[str] = []

    def end() -> None:
        if held:
            blocks.append(Block("\n".join(held), page))
            held.clear()

    for place, line in enumerate(lines):
        marked = _HEADING.match(line)
        if marked:
            end()
            blocks.append(Block(marked[2], page, is_heading=True))
        elif _UNDERLINE.match(line) and len(held) == 1 and place == 1:
            blocks.append(Block(held.pop(), page, is_heading=True))
        else:
            held.append(line)
    end()
    return blocks
