"""Who asks to unlock a month needs a second person: somebody tells those who may agree."""

from dataclasses import dataclass, field
from typing import Protocol

from services.finance.nouns import Lock


class UnlockNotifier(Protocol):
    """Tells everybody who may agree, but not who asked; the same request tells them once. Calls are short and blocking."""

    def unlock_asked(self, lock: Lock) -> None: ...


@dataclass(frozen=True, slots=True)
class InMemoryUnlockNotifier:
    """Keeps the requests in a list: for a house without notifications."""

    asked: list[Lock] = field(default_factory=list)

    def unlock_asked(self, lock: Lock) -> None:
        self.asked.append(lock)
