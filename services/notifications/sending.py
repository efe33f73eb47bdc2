"""Sending what the outbox holds: each channel by itself, so that a slow one keeps nobody else waiting.

A message goes out at least once. Killed between the other side's answer and our mark, it goes out again under the same id: mail
servers and clients know it by its Message-ID, webhooks by `webhook-id` and `Idempotency-Key`, browsers by the tag of what they
show. Telegram has no such key: there, and only after a kill within those milliseconds, a message may come twice.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic

import structlog

from services.notifications.addresses import AddressBook
from services.notifications.channels import (
    AddressGone,
    Channel,
    ChannelDown,
    Destination,
    Message,
    Send,
    TryLater,
    Undeliverable,
)
from services.notifications.events import EVENTS, ChannelName
from services.notifications.moments import system_clock
from services.notifications.outbox import Batch, SqlOutbox
from services.notifications.planning import QUIET, quiet_end
from services.notifications.recipients import Directory, Person
from services.notifications.retrying import Backoff
from services.notifications.wishes import WishBook
from services.notifications.wording import Wording

log = structlog.get_logger(__name__)

# Few at a time: a claim must not end before its last message is out.
CLAIMED_AT_ONCE = 20
# After this long a run ends; the next one goes on.
RUN_SECONDS = 60.0


@dataclass(slots=True)
class _Pass:
    """One channel's run: which addresses have refused in it already, and until when they are left alone."""

    channel: Channel
    ends_at: float
    put_off: dict[str, datetime] = field(default_factory=dict)
    sent: int = 0
    is_down: bool = False


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends what is due."""

    outbox: SqlOutbox
    channels: Sequence[Channel]
    addresses: AddressBook
    directory: Directory
    wishes: WishBook
    wording: Wording
    backoff: Backoff = field(default_factory=Backoff)
    clock: Callable[[], datetime] = system_clock

    def send_due(self) -> int:
        """Send everything that is due by now, and return how many messages went out."""
        if not self.channels:
            return 0
        people = {one.account_id: one for one in self.directory.people()}
        with ThreadPoolExecutor(len(self.channels), "notifications") as pool:
            return sum(pool.map(lambda channel: self._send_by(channel, people), self.channels))

    def _send_by(self, channel: Channel, people: Mapping[str, Person]) -> int:
        run = _Pass(channel, monotonic() + RUN_SECONDS)
        # A session is opened where there is something to send.
        while not run.is_down and monotonic() < run.ends_at and (batches := self.outbox.claim(channel.name, CLAIMED_AT_ONCE)):
            with channel.session() as send:
                for batch in batches:
                    self._handle(run, send, batch, people)
        return run.sent

    def _handle(self, run: _Pass, send: Send, batch: Batch, people: Mapping[str, Person]) -> None:
        if run.is_down or batch.address_id in run.put_off:
            self.outbox.release(batch, until=run.put_off.get(batch.address_id))
            return
        if batch.attempts > self.backoff.attempts:
            self._bury(batch, f"its sender ended at each of {self.backoff.attempts} attempts")
            return
        try:
            if self._is_held(batch):
                return
            destination = self._destination(batch, people)
            provider_id = send(destination, self._message(batch, people))
        except AddressGone as gone:
            self._bury(batch, str(gone))
            if batch.address_id:
                self.outbox.break_address(batch.address_id, str(gone))
        except Undeliverable as refused:
            self._bury(batch, str(refused))
        except TryLater as later:
            self._try_later(run, batch, later)
        else:
            self.outbox.mark_sent(batch, provider_id)
            run.sent += 1
            log.info("notification_sent", batch_id=batch.batch_id, channel=batch.channel.value, attempts=batch.attempts)

    def _is_held(self, batch: Batch) -> bool:
        """Quiet hours that have begun since it was told hold it too."""
        if batch.is_digest or not batch.account_id:
            return False
        quiet_until = quiet_end(batch.deliveries[0].event, self.wishes.wishes(batch.account_id), self.clock())
        if quiet_until is not None:
            self.outbox.release(batch, until=quiet_until, held=QUIET)
        return quiet_until is not None

    def _destination(self, batch: Batch, people: Mapping[str, Person]) -> Destination:
        person = people.get(batch.account_id)
        if batch.account_id and person is None:
            raise Undeliverable("the account is closed")
        if batch.address_id:
            event = batch.deliveries[0].event
            return self.addresses.destination(batch.address_id, unproven=EVENTS[event].is_personal)
        if person is None or not person.email or batch.channel is not ChannelName.EMAIL:
            raise Undeliverable("the account has no address any more")
        return Destination(person.email)

    def _message(self, batch: Batch, people: Mapping[str, Person]) -> Message:
        person = people.get(batch.account_id)
        wishes = self.wishes.wishes(batch.account_id)
        language = self.wording.language(person.language if person else None)
        items = tuple(self.wording.item(each, language, wishes.profile.zone) for each in batch.deliveries)
        is_urgent = any(EVENTS[each.event].is_urgent for each in batch.deliveries)
        return Message(batch.batch_id, language, items, is_urgent, batch.is_digest)

    def _bury(self, batch: Batch, reason: str) -> None:
        self.outbox.mark_dead(batch, reason)
        log.warning("notification_dead", batch_id=batch.batch_id, channel=batch.channel.value, reason=reason)

    def _try_later(self, run: _Pass, batch: Batch, later: TryLater) -> None:
        run.is_down = isinstance(later, ChannelDown)
        pause = self.backoff.pause(batch.attempts, later.after_seconds)
        if batch.address_id:
            run.put_off[batch.address_id] = self.clock() + pause
        if self.backoff.is_last(batch.attempts):
            self._bury(batch, f"{later} (given up after {batch.attempts} attempts)")
            return
        self.outbox.put_off(batch, self.clock() + pause, str(later))
        seconds = pause // timedelta(seconds=1)
        log.info(
            "notification_put_off", batch_id=batch.batch_id, channel=batch.channel.value, seconds=seconds, reason=str(later)
        )
