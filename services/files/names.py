"""Names of files as strangers give them, made fit to be shown and to be offered for saving."""

import unicodedata

MAXIMUM_CHARS = 120
# Path signs, and what Windows refuses in a name.
FORBIDDEN = frozenset('/\\:*?"<>|')
NAMELESS = "file"


def safe_name(name: str) -> str:
    """One plain name: no path, no control or direction-changing characters, not too long, its ending kept."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(sign for sign in unicodedata.normalize("NFC", last) if _is_shown(sign))
    cleaned = " ".join(shown.split()).strip(". ")
    if len(cleaned) > MAXIMUM_CHARS:
        stem, dot, ending = cleaned.rpartition(".")
        kept = dot + ending if dot and len(ending) <= 10 else ""
        cleaned = (stem if kept else cleaned)[: MAXIMUM_CHARS - len(kept)].rstrip() + kept
    return cleaned or NAMELESS


def _is_shown(sign: str) -> bool:
    # Cc: controls. Cf: marks such as right-to-left overrides, which make "exe.gpj" look like "jpg.exe". Cs: half characters.
    return sign not in FORBIDDEN and (sign.isspace() or unicodedata.category(sign) not in {"Cc", "Cf", "Cs", "Co", "Cn"})
