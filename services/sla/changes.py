"""What a change does to a clock: pause it, let it go on, change the priority, note the first reply."""

from dataclasses import replace

from services.sla.book import ClockPages
from services.sla.records import Change, ChangeKind, ClockPause, SlaClock, TargetReason


def carry_out(pages: ClockPages, clock: SlaClock, change: Change) -> tuple[SlaClock, TargetReason | None]:
    """The clock after a change, and the reason its targets get in their history."""
    match change.kind:
        case ChangeKind.PAUSED:
            return _paused(pages, clock, change), TargetReason.PAUSED
        case ChangeKind.RESUMED:
            return _resumed(pages, clock, change), TargetReason.RESUMED
        case ChangeKind.REPLIED:
            return replace(clock, replied_at=clock.replied_at or change.at), None
        case ChangeKind.PRIORITY:
            # The process has asked the decision table for the new targets already.
            return clock, TargetReason.PRIORITY
        case ChangeKind.CALENDAR:
            return clock, TargetReason.CALENDAR


def _paused(pages: ClockPages, clock: SlaClock, change: Change) -> SlaClock:
    """A pause for another reason follows the one that goes on; for the same reason nothing changes."""
    if clock.paused_at is not None:
        if clock.pause_reason == change.reason:
            return clock
        clock = _resumed(pages, clock, change)
    start = max(change.at, clock.started_at)
    pages.begin_pause(clock.subject_id, ClockPause(start, None, change.reason, change.note, change.who))
    return replace(clock, paused_at=start, pause_reason=change.reason)


def _resumed(pages: ClockPages, clock: SlaClock, change: Change) -> SlaClock:
    if clock.paused_at is None:
        return clock
    end = max(change.at, clock.paused_at)
    ended = ClockPause(clock.paused_at, end, clock.pause_reason, "", "", change.who)
    pages.end_pause(clock.subject_id, ended)
    return replace(clock, paused_at=None, pause_reason="")
