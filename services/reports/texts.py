"""Reports speak English and Russian. A text is called by its English words, as everywhere in the interface."""

from collections.abc import Callable

from services.reports.russian import RUSSIAN

type Translate = Callable[[str], str]

LANGUAGES = ("en", "ru")


def translator(language: str) -> Translate:
    """Raises KeyError where a text lacks its Russian: a test walks every report in both languages."""
    return RUSSIAN.__getitem__ if language == "ru" else _as_written


def _as_written(text: str) -> str:
    return text
