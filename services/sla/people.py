"""Who could take work over: members of a team with their skills, and until when somebody is away."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

LONGEST_SKILL = 100
MOST_SKILLS = 50


@dataclass(frozen=True, slots=True)
class Skills:
    """What a person is good at, in the words of the tickets' categories."""

    username: str
    skills: frozenset[str] = frozenset()
    # Back on the day after; None is here.
    away_until: date | None = None

    def has(self, skill: str) -> bool:
        """Capitals do not matter. Where nothing is asked for, everybody has it."""
        return not skill or skill.casefold() in {one.casefold() for one in self.skills}

    def is_away(self, today: date) -> bool:
        return self.away_until is not None and today <= self.away_until


class SkillBook(Protocol):
    """Where skills are kept."""

    def skills(self, usernames: Collection[str]) -> Mapping[str, Skills]:
        """What is known about each of these people; of somebody unknown, no skill."""
        ...

    def save(self, skills: Skills) -> None: ...


@dataclass
class InMemorySkillBook:
    """`SkillBook` that forgets everything when it goes."""

    _kept: dict[str, Skills] = field(default_factory=dict)

    def skills(self, usernames: Collection[str]) -> Mapping[str, Skills]:
        return {name: self._kept.get(name, Skills(name)) for name in usernames}

    def save(self, skills: Skills) -> None:
        self._kept[skills.username] = skills


def read_skills(text: str) -> frozenset[str]:
    """Skills parted by commas, as people type them."""
    words: Sequence[str] = [word.strip()[:LONGEST_SKILL] for word in text.split(",")]
    return frozenset([word for word in words if word][:MOST_SKILLS])
