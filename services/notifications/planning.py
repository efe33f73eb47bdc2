"""By which ways somebody hears of an event, and when: pure rules."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.notifications.events import EVENTS, ChannelName, Event, Mode
from services.notifications.wishes import Wishes

QUIET, DIGEST = "quiet", "digest"


@dataclass(frozen=True, slots=True)
class Reachable:
    """A proven address. `events` are those a webhook of the installation asks for; empty for all."""

    address_id: str
    channel: ChannelName
    events: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Way:
    """A delivery to be made; an empty `address_id` is the e-mail address the directory knows."""

    channel: ChannelName
    address_id: str
    due_at: datetime
    held: str = ""


def plan(event: Event, wishes: Wishes, addresses: Sequence[Reachable], directory_email: str, now: datetime) -> list[Way]:
    """Every way somebody wishes to hear of an event by."""
    found = list(addresses)
    if directory_email and not any(each.channel is ChannelName.EMAIL for each in found):
        found.append(Reachable("", ChannelName.EMAIL))
    return list(_ways(event, wishes, found, now))


def _ways(event: Event, wishes: Wishes, addresses: Sequence[Reachable], now: datetime) -> Iterator[Way]:
    for each in addresses:
        mode = wishes.mode(event, each.channel)
        if mode is Mode.OFF or (each.events and event.value not in each.events):
            continue
        if mode is Mode.DIGEST:
            yield Way(each.channel, each.address_id, wishes.profile.next_digest(now), DIGEST)
            continue
        quiet_until = quiet_end(event, wishes, now)
        yield Way(each.channel, each.address_id, quiet_until or now, QUIET if quiet_until else "")


def quiet_end(event: Event, wishes: Wishes, now: datetime) -> datetime | None:
    """Until when an event is held back; None when it may go out now."""
    return None if EVENTS[event].is_urgent else wishes.profile.quiet_until(now)
