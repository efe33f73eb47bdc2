"""Reports speak English and Russian. A text is called by its English words, as everywhere in the interface."""

from collections.abc import Callable

from services.reports.russian import RUSSIAN, RUSSIAN_NAMES

type Translate = Callable[[str], str]

LANGUAGES = ("en", "ru")


def translator(language: str) -> Translate:
    """Raises KeyError where a text lacks its Russian: a test walks every report in both languages."""
    return RUSSIAN.__getitem__ if language == "ru" else _as_written


def names(language: str) -> Translate:
    """What stands in a cell and is one of the house's own words; what people or models called something stays."""
    return _in_russian if language == "ru" else _as_written


def _in_russian(name: str) -> str:
    return RUSSIAN_NAMES.get(name, name)


def _as_written(text: str) -> str:
    return text
