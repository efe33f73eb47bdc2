"""Which entry a name means: exactly, by an alias, or probably, by likeness."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from services.directories.entries import Entry

# Below this two names are no suggestion; letters differ, words are left out or exchanged above it.
LIKELY = 82
MOST_SUGGESTIONS = 3
# What firms carry before or after their names and people leave out.
LEGAL_FORMS = re.compile(r"\b(ооо|оао|пао|зао|ао|ип|ltd|llc|inc|gmbh|ag|corp|co|limited|s\.?a|oy|as)\b\.?", re.IGNORECASE)
NOT_WORDS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Suggestion:
    entry: Entry
    # 0 to 1.
    likeness: float


def normalised(name: str) -> str:
    """A name without case, marks, punctuation and legal forms; one that is nothing else stays as it is."""
    plain = unicodedata.normalize("NFKC", name).casefold().replace("ё", "е")
    words = NOT_WORDS.sub(" ", LEGAL_FORMS.sub(" ", plain)).strip()
    return words or NOT_WORDS.sub(" ", plain).strip()


def is_named(entry: Entry, name: str) -> bool:
    """Whether this is the entry's name or one of its aliases."""
    wanted = normalised(name)
    return any(normalised(each) == wanted for each in entry.names)


def alike(name: str, entries: Sequence[Entry]) -> list[Suggestion]:
    """The entries this name probably means, the likeliest first."""
    wanted = normalised(name)
    if not wanted:
        return []
    choices = {(number, each): normalised(each) for number, entry in enumerate(entries) for each in entry.names}
    best: dict[int, float] = {}
    for _text, score, (number, _name) in process.extract(wanted, choices, scorer=fuzz.WRatio, score_cutoff=LIKELY, limit=20):
        best[number] = max(best.get(number, 0.0), score)
    ranked = sorted(best.items(), key=lambda pair: -pair[1])[:MOST_SUGGESTIONS]
    return [Suggestion(entries[number], round(score / 100, 2)) for number, score in ranked]
