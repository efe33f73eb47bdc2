"""Who looked at a task in the last minutes, so that two people do not decide it at once. It is a hint: nothing relies on it."""

from services.presence.memory import WITHIN_SECONDS, InMemoryPresence, Presence
from services.presence.shared import SharedPresence

__all__ = ["WITHIN_SECONDS", "InMemoryPresence", "Presence", "SharedPresence"]
