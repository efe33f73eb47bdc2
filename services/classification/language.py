"""English or Russian, by the alphabet: enough to choose words and models, and never wrong on mixed product names."""

from typing import Literal

type Language = Literal["en", "ru"]

# A Russian ticket quotes Latin error messages; a quarter of Cyrillic letters already means a Russian writer.
CYRILLIC_SHARE = 0.25


def detect_language(text: str) -> Language:
    """The language a reply should use; English for text without letters."""
    cyrillic = sum("\u0400" <= letter <= "\u04ff" for letter in text)
    latin = sum(letter.isascii() and letter.isalpha() for letter in text)
    return "ru" if cyrillic and cyrillic >= CYRILLIC_SHARE * (cyrillic + latin) else "en"
