"""Words to stems, English and Russian alike: what a word of a question shares with the same word in another form."""

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import snowballstemmer

# Underscores part words, as they do for both databases.
_WORD = re.compile(r"[^\W_]+")
_CYRILLIC = re.compile(r"[а-яё]")
LONGEST_WORD = 40

# Words that stand in every ticket and say nothing of what it is about.
STOP_WORDS = frozenset(Path(__file__).with_name("stop_words.txt").read_text(encoding="utf-8").split())


def words(text: str) -> Iterator[re.Match[str]]:
    return _WORD.finditer(text)


def stem(word: str) -> str:
    """The stem of a word; empty for one that says nothing."""
    return _stem(word.lower().replace("ё", "е"))


def stems(text: str) -> list[str]:
    """The stems of a text in its order, repeated as often as they stand there."""
    return [found for found in (stem(match[0]) for match in words(text)) if found]


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    if word in _STOPPED or len(word) > LONGEST_WORD or (len(word) < 2 and not word.isdigit()):
        return ""
    stemmer = _RUSSIAN if _CYRILLIC.search(word) else _ENGLISH
    return str(stemmer.stemWord(word))


_STOPPED = frozenset(word.replace("ё", "е") for word in STOP_WORDS)
_ENGLISH = snowballstemmer.stemmer("english")
_RUSSIAN = snowballstemmer.stemmer("russian")
