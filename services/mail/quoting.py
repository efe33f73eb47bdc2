"""Where in an answer the quotation of what came before begins."""

import re

# Lines by which mail programs introduce a quotation.
INTRODUCTIONS = (
    re.compile(r"^on\b.{5,200}\bwrote:\s*$", re.IGNORECASE),
    re.compile(r"^.{0,200}\b(?:написал\(?а?\)?|пишет)\s*:\s*$", re.IGNORECASE),
    re.compile(r"^(?:am|le|el)\b.{5,200}(?:schrieb|a écrit|escribió).{0,100}:\s*$", re.IGNORECASE),
    re.compile(
        r"^-{3,}\s*(?:original message|исходное сообщение|пересылаемое сообщение|forwarded message).{0,40}$", re.IGNORECASE
    ),
    re.compile(r"^_{20,}\s*$"),
)
HEADER_LINE = re.compile(r"^(?:from|от|отправитель)\s*:\s.+$", re.IGNORECASE)
NEXT_HEADER_LINE = re.compile(r"^(?:sent|date|to|отправлено|дата|кому)\s*:\s.+$", re.IGNORECASE)
MAXIMUM_LINE = 400


def split_quotation(text: str) -> tuple[str, str]:
    """What was written now, and what is quoted below it; all of it is new where nothing would be left."""
    lines = text.split("\n")
    # A quotation that goes on to the end; one with words below it is answered line by line and stays.
    cut = len(lines)
    while cut and (not lines[cut - 1].strip() or lines[cut - 1].lstrip().startswith(">")):
        cut -= 1
    cut = next((index for index in range(cut) if _begins(lines, index)), cut)
    fresh = "\n".join(lines[:cut]).rstrip()
    return (fresh, "\n".join(lines[cut:]).strip()) if fresh.strip() else (text, "")


def _begins(lines: list[str], index: int) -> bool:
    line = lines[index].strip()[:MAXIMUM_LINE]
    if any(introduction.match(line) for introduction in INTRODUCTIONS):
        return True
    following = lines[index + 1 : index + 4]
    return bool(HEADER_LINE.match(line)) and any(NEXT_HEADER_LINE.match(each.strip()[:MAXIMUM_LINE]) for each in following)
