"""The bytes of a text become characters: of UTF-8, UTF-16, or a code page that Cyrillic is written in, or some of each."""

from services.finance.reading.trouble import UnreadableFile

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
# The small letters of Russian, of which Windows' code page and DOS's make quite different characters of each other's.
_LETTERS = frozenset("абвгдежзийклмнопрстуфхцчшщъыьэюя")


def decoded(content: bytes) -> str:
    """A byte order mark decides, else the zero bytes of UTF-16, else each line is UTF-8 or of a code page.

    Raises:
        UnreadableFile: it is no text.
    """
    try:
        encoding = _encoding(content)
        text = content.decode(encoding) if encoding else _by_lines(content)
    except UnicodeDecodeError as error:
        raise _no_text() from error
    if "\0" in text:
        raise _no_text()
    return text


def _encoding(content: bytes) -> str | None:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return encoding
    head = content[:4000]
    even, odd = head[::2].count(0), head[1::2].count(0)
    # Digits and separators have one byte of nothing each, always on the same side.
    if odd > len(head) // 10 and not even:
        return "utf-16-le"
    return "utf-16-be" if even > len(head) // 10 and not odd else None


def _by_lines(content: bytes) -> str:
    """A file that programs and people added to may hold both: no line of Windows' code page is UTF-8 but by rare chance."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        pages = _code_page(content)
    lines = content.splitlines(keepends=True)
    if not any(_is_utf8(line) and not line.isascii() for line in lines):
        return content.decode(pages)
    return "".join(line.decode("utf-8" if _is_utf8(line) else pages) for line in lines)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _code_page(content: bytes) -> str:
    head = content[:20_000]
    found = {page: sum(each in _LETTERS for each in head.decode(page, errors="replace")) for page in ("cp1251", "cp866")}
    return "cp866" if found["cp866"] > found["cp1251"] else "cp1251"


def _no_text() -> UnreadableFile:
    return UnreadableFile("NO_TEXT")
