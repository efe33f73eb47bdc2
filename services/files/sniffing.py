"""What a file is, read from its first bytes; what its sender says counts only where the bytes do not contradict.

Only pictures are ever shown by the browser as part of our site. Everything else is offered for saving: a page or a drawing
with scripts in it would act in our name.
"""

from pathlib import PurePosixPath

BINARY = "application/octet-stream"
TEXT = "text/plain"
MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"\x1f\x8b", "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
)
# What is inside a ZIP or an OLE container is told by the name's ending alone.
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIPPED = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
}
OLD_OFFICE = {".doc": "application/msword", ".xls": "application/vnd.ms-excel", ".ppt": "application/vnd.ms-powerpoint"}
TEXTS = {".csv": "text/csv", ".eml": "message/rfc822"}
SAFE_INLINE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
LOOKED_AT = 4096


def sniff(content: bytes, name: str = "") -> str:
    """The media type of a content."""
    ending = PurePosixPath(name).suffix.lower()
    for magic, media_type in MAGIC:
        if content.startswith(magic):
            return media_type
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "image/webp"
    if content.startswith(ZIP):
        return ZIPPED.get(ending, "application/zip")
    if content.startswith(OLE):
        return OLD_OFFICE.get(ending, BINARY)
    return TEXTS.get(ending, TEXT) if _is_text(content[:LOOKED_AT]) else BINARY


def is_safe_inline(media_type: str) -> bool:
    """Whether a browser may show a file of this (sniffed) type as a part of our pages."""
    return media_type in SAFE_INLINE


def _is_text(start: bytes) -> bool:
    if not start or b"\0" in start:
        return False
    try:
        # A character may be cut in two at the end of what is looked at.
        start.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start >= len(start) - 3 and len(start) == LOOKED_AT
    return True
