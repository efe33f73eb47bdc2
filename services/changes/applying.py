"""Applying one approved item so that it takes effect exactly once, whatever breaks on the way.

Before a request goes out, the ledger says that it does. Whoever finds such a note without an outcome (the process was killed,
no answer came) waits until the request cannot take effect any more, reads the record back and only then decides: done, send
again under the same key, or ask a person. Each save carries the item's revision, so a process that was thought dead cannot go
on.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from services.changes.ledger import ChangeLedger
from services.changes.nouns import Action, ChangeEvent, ChangeItem, ChangeNotFound, ChangeSet, ItemState, Json
from services.changes.states import ENDED, moved
from services.changes.targets import (
    ChangeTarget,
    ChangeTargets,
    EffectUnknown,
    Reading,
    RecordUnknown,
    TargetBusy,
    TargetUnknown,
    Write,
    WriteConflict,
    WriteRefused,
)

# Requests without an answer after which a person looks.
MAX_UNANSWERED = 6
# A record whose other fields change all the time is written against its newest version this often before a pause.
MAX_VERSIONS = 4
ACTOR = "penstock"


class NotApproved(Exception):
    """An item that nobody approved was to be applied; nothing was sent."""

    def __init__(self, item: ChangeItem) -> None:
        super().__init__(f"change item {item.item_id} is {item.state.value}: only approved items are applied")


class NotSettled(EffectUnknown):
    """It is too early to read back: the request could still take effect for `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"the last request may still take effect for {seconds:.1f} s")
        self.seconds = seconds


def utc_now() -> datetime:
    return datetime.now(UTC)


def same(left: Json, right: Json) -> bool:
    """Whether two JSON values are equal; true is not 1, and an empty field is null."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    return bool(left == right)


@dataclass(frozen=True, slots=True)
class ChangeApplier:
    """Applies items; may be called again for the same item at any time, by anybody."""

    ledger: ChangeLedger
    targets: ChangeTargets
    clock: Callable[[], datetime] = utc_now

    async def apply(self, item_id: str) -> ChangeItem:
        """Bring an approved item to an end: applied, unchanged, in conflict, failed or refused.

        Raises:
            NotApproved: nobody approved it.
            TargetBusy: nothing was sent, or nothing took effect; call again later.
            EffectUnknown: no answer came; call again, or `read_back`, once it has settled.
            ItemChanged: somebody else works on it.
        """
        item = await asyncio.to_thread(self.ledger.item, item_id)
        if item.state in ENDED or item.state in {ItemState.CONFLICT, ItemState.FAILED}:
            return item
        if item.state not in {ItemState.APPROVED, ItemState.APPLYING}:
            raise NotApproved(item)
        try:
            target = self.targets.of(item.system)
        except TargetUnknown as error:
            claimed = await self._save(moved(item, ItemState.APPLYING))
            return await self._failed(claimed, str(error))
        self._require_settled(item, target)
        # From here on nobody else's save of this item succeeds.
        item = await self._save(moved(item, ItemState.APPLYING))
        for _ in range(MAX_VERSIONS):
            try:
                reading = await target.read(item.record, [item.field])
            except RecordUnknown as error:
                return await self._failed(item, str(error))
            settled = await self._settled(item, reading)
            if settled is not None:
                return settled
            try:
                return await self._send(item, target, reading)
            except WriteConflict:
                # Either our field changed, which the next reading shows, or another field of the record.
                item = await asyncio.to_thread(self.ledger.item, item_id)
        raise TargetBusy(f"{item.record} keeps changing while it is written; it is tried again later")

    async def read_back(self, item_id: str) -> ChangeItem:
        """Find out what became of a request without an answer.

        Returns the item applied, in conflict or failed; or approved as before where the request took no effect.

        Raises:
            TargetBusy: the record cannot be read now.
            NotSettled: too early to tell.
        """
        item = await asyncio.to_thread(self.ledger.item, item_id)
        if item.state is not ItemState.APPLYING or item.sent_at is None:
            return item
        target = self.targets.of(item.system)
        self._require_settled(item, target)
        item = await self._save(moved(item, ItemState.APPLYING))
        try:
            reading = await target.read(item.record, [item.field])
        except RecordUnknown as error:
            return await self._failed(item, str(error))
        settled = await self._settled(item, reading)
        if settled is not None:
            return settled
        if item.attempts >= MAX_UNANSWERED:
            return await self._failed(item, f"{item.attempts} requests were not answered")
        unsent = moved(item, ItemState.APPLYING, sent_at=None)
        return await self._save(unsent, self._event(item, Action.READ_BACK, "no effect"))

    async def settle_seconds(self, item_id: str) -> float:
        """How long a request of this item without an answer may still take effect."""
        item = await asyncio.to_thread(self.ledger.item, item_id)
        return self.targets.of(item.system).settles_within

    def _require_settled(self, item: ChangeItem, target: ChangeTarget) -> None:
        if item.sent_at is not None:
            rest = item.sent_at + timedelta(seconds=target.settles_within) - self.clock()
            if rest > timedelta(0):
                raise NotSettled(rest.total_seconds())

    async def _settled(self, item: ChangeItem, reading: Reading) -> ChangeItem | None:
        """The item at its end where the record's value decides it; None where it may be sent."""
        current = reading.values.get(item.field)
        if same(current, item.after):
            if item.attempts:
                return await self._applied(item, "read back" if item.sent_at else "")
            return await self._save(moved(item, ItemState.UNCHANGED), self._event(item, Action.UNCHANGED))
        if not same(current, item.before):
            conflict = moved(item, ItemState.CONFLICT, current=current, sent_at=None)
            return await self._save(conflict, self._event(item, Action.CONFLICT))
        return None

    async def _send(self, item: ChangeItem, target: ChangeTarget, reading: Reading) -> ChangeItem:
        is_again = item.attempts > 0
        author = await self._author(item)
        sent = moved(item, ItemState.APPLYING, sent_at=self.clock(), attempts=item.attempts + 1)
        item = await self._save(sent, self._event(item, Action.SENT, str(sent.attempts)))
        try:
            await target.apply(write_of(item, author, reading.version))
        except (WriteConflict, TargetBusy) as error:
            # This one had no effect for certain, so it does not count among those whose effect is in doubt.
            unsent = moved(item, ItemState.APPLYING, sent_at=None, attempts=item.attempts - 1)
            await self._save(unsent, self._event(item, Action.POSTPONED, str(error)))
            raise
        except (WriteRefused, RecordUnknown) as error:
            return await self._failed(item, str(error))
        except EffectUnknown as error:
            await asyncio.to_thread(self.ledger.note, [self._event(item, Action.UNANSWERED, str(error))])
            raise
        if is_again:
            # A repeated answer may tell of the first request, after which somebody else may have been there.
            settled = await self._settled(item, await target.read(item.record, [item.field]))
            if settled is not None:
                return settled
        return await self._applied(item, "")

    async def _applied(self, item: ChangeItem, detail: str) -> ChangeItem:
        applied = moved(item, ItemState.APPLIED, sent_at=None)
        original = await asyncio.to_thread(self._reverted, item)
        events = [self._event(item, Action.APPLIED, detail)]
        if original is not None:
            events.append(replace(self._event(original, Action.REVERTED), detail=item.set_id))
            saved = await asyncio.to_thread(self.ledger.save, [applied, moved(original, ItemState.REVERTED)], events)
            return saved[0]
        return await self._save(applied, *events)

    def _reverted(self, item: ChangeItem) -> ChangeItem | None:
        """The item that this one takes back."""
        if not item.reverts_item_id:
            return None
        try:
            original = self.ledger.item(item.reverts_item_id)
        except ChangeNotFound:
            return None
        return original if original.state is ItemState.APPLIED else None

    async def _failed(self, item: ChangeItem, problem: str) -> ChangeItem:
        failed = moved(item, ItemState.FAILED, problem=problem[:1000], sent_at=None)
        return await self._save(failed, self._event(item, Action.FAILED, problem[:1000]))

    async def _author(self, item: ChangeItem) -> ChangeSet:
        return await asyncio.to_thread(self.ledger.change_set, item.set_id)

    async def _save(self, item: ChangeItem, *events: ChangeEvent) -> ChangeItem:
        [saved] = await asyncio.to_thread(self.ledger.save, [item], events)
        return saved

    def _event(self, item: ChangeItem, action: Action, detail: str = "") -> ChangeEvent:
        return ChangeEvent(item.set_id, self.clock(), ACTOR, action, item.item_id, detail)


def write_of(item: ChangeItem, change_set: ChangeSet, version: str = "") -> Write:
    """What an item asks of its system."""
    author = change_set.author
    return Write(
        item.record, item.field, item.before, item.after, item.idempotency_key, version, author.kind.value, author.name
    )
