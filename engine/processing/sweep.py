"""One look at the clock: all timers that are due at once, of which one may cancel another before its turn comes.

Zeebe writes a command for each of them at that moment; the one that comes too late is refused, and its record says so. So is
one whose element is done and waits at an incident: it stays due, and is asked for again whenever another timer is.
"""

from engine.processing.entities import Timer


class Sweep:
    """The timers that were due when the clock was last looked at, and have been cancelled since."""

    __slots__ = ("_beaten", "_has_timer", "_last_key", "_left", "_moment")

    def __init__(self) -> None:
        self._moment = -1
        self._last_key = -1
        self._beaten: dict[int, Timer] = {}
        self._has_timer = False
        # Timers that are due and were refused.
        self._left: list[Timer] = []

    def begin(self, moment: int, last_key: int) -> None:
        """Look at the clock, unless what was due at the last look is still being worked on."""
        if self._moment < 0:
            self._moment, self._last_key = moment, last_key

    def note(self, timer: Timer) -> None:
        """A timer was cancelled."""
        if timer.due <= self._moment and timer.key <= self._last_key:
            self._beaten[timer.key] = timer

    def leave(self, timer: Timer) -> None:
        """A timer was refused though nobody has cancelled it."""
        self._left.append(timer)

    def left(self) -> list[Timer]:
        """The timers that were refused before, to be asked again: at the first timer that this look finds due."""
        if self._has_timer:
            return []
        self._has_timer = True
        left, self._left = self._left, []
        return left

    def take(self, key: int) -> Timer | None:
        """A timer whose turn has come too late."""
        return self._beaten.pop(key, None)

    def end(self) -> None:
        """Nothing is due any more."""
        self._moment = self._last_key = -1
        self._beaten.clear()
        self._has_timer = False
