"""When a message that did not go out is tried again: later each time, and never all at once."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Backoff:
    """Doubles from `first` up to `longest`, less up to a half by chance: what failed together does not return together.

    With the defaults the last of ten attempts is some three hours after the first.
    """

    first: timedelta = timedelta(seconds=30)
    longest: timedelta = timedelta(hours=1)
    attempts: int = 10
    chance: Callable[[], float] = random.random

    def is_last(self, attempt: int) -> bool:
        return attempt >= self.attempts

    def pause(self, attempt: int, asked_seconds: float | None = None) -> timedelta:
        """How long to wait after this attempt (the first is 1), at least as long as the other side asked for."""
        doubled: timedelta = self.first * 2 ** min(attempt - 1, 20)
        pause = min(doubled, self.longest) * (0.5 + self.chance() / 2)
        asked = timedelta(seconds=min(max(asked_seconds or 0, 0), 86_400))
        return max(pause, asked)
