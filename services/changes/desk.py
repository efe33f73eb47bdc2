"""The change desk: proposing, deciding, settling and reverting, each saved with its line in the timeline."""

import asyncio
import uuid
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.changes import deciding
from services.changes.applying import ACTOR, utc_now
from services.changes.deciding import DecisionRefused, Settlement, Verdict
from services.changes.ledger import ChangeLedger
from services.changes.nouns import (
    Action,
    Announcement,
    ChangeEvent,
    ChangeItem,
    ChangeSet,
    InvalidChange,
    ItemState,
    Json,
    NewChangeSet,
    NewItem,
    SetState,
)
from services.changes.sql_rows import json_text
from services.changes.targets import ChangeTargets, Reading, RecordUnknown, TargetBusy

MAX_VALUE_CHARS = 100_000
READ_AT_ONCE = 8


class MessagePublisher(Protocol):
    """Publishes a Zeebe message; the same `message_id` twice is published once."""

    async def publish_once(self, name: str, correlation_key: str, message_id: str, variables: Mapping[str, Json]) -> None: ...


def new_id() -> str:
    return uuid.uuid4().hex


@dataclass(frozen=True, slots=True)
class ChangeDesk:
    """What people and programs do with change sets; whether they may come here at all is the caller's to ask."""

    ledger: ChangeLedger
    targets: ChangeTargets
    clock: Callable[[], datetime] = utc_now
    make_id: Callable[[], str] = new_id
    # What the instance that works on a set is to carry besides: where its trace goes on.
    carried: Callable[[], Mapping[str, Json]] = dict

    async def propose(self, new: NewChangeSet) -> ChangeSet:
        """Keep a change set and announce it to the process. The same request id again is the same set.

        Raises:
            InvalidChange: a value is too large, or a field has the wanted value already and nothing else is asked.
            TargetUnknown, RecordUnknown, TargetBusy: its before-values cannot be read.
        """
        readings = await self._readings(new.items)
        set_id = self.make_id()
        items = tuple(
            _item(f"{set_id}-{position}", set_id, position, wanted, readings[wanted.system, wanted.record])
            for position, wanted in enumerate(new.items, start=1)
        )
        change_set = ChangeSet(
            set_id,
            new.title,
            new.why,
            new.author,
            self.clock(),
            SetState.PROPOSED,
            items,
            new.request_id or set_id,
            new.reverts_set_id,
        )
        event = self._event(set_id, new.author.name, Action.PROPOSED, detail=new.why, model=new.author.model)
        told = Announcement(
            f"{deciding.PROPOSED}:{set_id}", deciding.PROPOSED, set_id, {**self.carried(), "change_set_id": set_id}
        )
        return await asyncio.to_thread(self.ledger.add, change_set, [event], [told])

    def judge(self, set_id: str, verdicts: Mapping[str, Verdict]) -> ChangeSet:
        """Record what the policy asks of each item; done twice, the first verdict stands."""
        change_set = self.ledger.change_set(set_id)
        changed, events = [], []
        for item in change_set.items:
            if item.state is ItemState.PROPOSED and item.item_id in verdicts:
                verdict = verdicts[item.item_id]
                changed.append(deciding.judged(item, verdict))
                detail = f"{verdict.requirement.value} {verdict.reason}".strip()
                events.append(self._event(set_id, "change_policy", Action.POLICY, item.item_id, detail))
        return self._save(change_set, changed, events)

    def decide(
        self, set_id: str, person: str, *, approve: Sequence[str] = (), refuse: Sequence[str] = (), reason: str = ""
    ) -> ChangeSet:
        """Approve some items and refuse others, all or none.

        Raises:
            ChangeNotFound, ItemChanged.
            DecisionRefused: one of them is not this person's to decide.
        """
        change_set, at = self.ledger.change_set(set_id), self.clock()
        if overlap := set(approve) & set(refuse):
            raise DecisionRefused(f"item {min(overlap)} cannot be approved and refused at once")
        changed = [deciding.approved(change_set.item(each), change_set, person, at, reason) for each in dict.fromkeys(approve)]
        changed += [deciding.refused(change_set.item(each), person, at, reason) for each in dict.fromkeys(refuse)]
        events = [
            self._event(set_id, person, Action.APPROVED if each.item_id in approve else Action.REFUSED, each.item_id, reason)
            for each in changed
        ]
        return self._save(change_set, changed, events)

    def settle(self, item_id: str, settlement: Settlement, person: str, reason: str = "") -> ChangeSet:
        """Keep what a record holds, or have the change applied all the same.

        Raises:
            ChangeNotFound, ItemChanged, DecisionRefused.
        """
        item = self.ledger.item(item_id)
        change_set = self.ledger.change_set(item.set_id)
        changed = deciding.settled(item, change_set, settlement, person, self.clock(), reason)
        retried = Action.REBASED if item.state is ItemState.CONFLICT else Action.RETRIED
        action = Action.KEPT if settlement is Settlement.KEEP else retried
        return self._save(change_set, [changed], [self._event(item.set_id, person, action, item_id, reason)])

    def finish(self, set_id: str) -> ChangeSet:
        """Note that the process has done its part, once."""
        if not any(event.action is Action.FINISHED for event in self.ledger.timeline(set_id)):
            self.ledger.note([self._event(set_id, ACTOR, Action.FINISHED, detail=self.ledger.change_set(set_id).state.value)])
        return self.ledger.change_set(set_id)

    async def announce(self, publisher: MessagePublisher) -> int:
        """Publish what the process waits for; returns how many messages."""
        pending = await asyncio.to_thread(self.ledger.pending)
        for each in pending:
            await publisher.publish_once(each.name, each.correlation_key, each.message_id, each.variables)
            await asyncio.to_thread(self.ledger.announced, [each.message_id])
        return len(pending)

    async def current(self, items: Sequence[ChangeItem | NewItem]) -> dict[tuple[str, str], Reading | Exception]:
        """What the records of these items hold now, or why that is not known."""
        fields: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for item in items:
            fields[item.system, item.record].append(item.field)
        gate = asyncio.Semaphore(READ_AT_ONCE)

        async def read(system: str, record: str) -> Reading | Exception:
            async with gate:
                try:
                    return await self.targets.of(system).read(record, fields[system, record])
                except (LookupError, RecordUnknown, TargetBusy) as error:
                    return error

        found = await asyncio.gather(*(read(*place) for place in fields))
        return dict(zip(fields, found, strict=True))

    async def _readings(self, items: Sequence[NewItem]) -> dict[tuple[str, str], Reading]:
        found = await self.current(items)
        for each in found.values():
            if isinstance(each, Exception):
                raise each
        return {place: each for place, each in found.items() if isinstance(each, Reading)}

    def _save(self, before: ChangeSet, changed: Sequence[ChangeItem], events: Sequence[ChangeEvent]) -> ChangeSet:
        if not changed:
            return before
        after = before.with_items(tuple(changed))
        self.ledger.save(changed, events, deciding.announcements(before, after))
        return self.ledger.change_set(before.set_id)

    def _event(
        self, set_id: str, actor: str, action: Action, item_id: str = "", detail: str = "", model: str = ""
    ) -> ChangeEvent:
        return ChangeEvent(set_id, self.clock(), actor, action, item_id, detail, model)


def _item(item_id: str, set_id: str, position: int, wanted: NewItem, reading: Reading) -> ChangeItem:
    before = wanted.before if wanted.is_before_known else reading.values.get(wanted.field)
    for value in (before, wanted.after):
        if len(json_text(value)) > MAX_VALUE_CHARS:
            raise InvalidChange(f"a value of {wanted.record} {wanted.field} exceeds {MAX_VALUE_CHARS} characters")
    return ChangeItem(
        item_id=item_id,
        set_id=set_id,
        position=position,
        system=wanted.system,
        record=wanted.record,
        field=wanted.field,
        before=before,
        after=wanted.after,
        record_label=(wanted.record_label or reading.label)[:400],
        evidence=wanted.evidence,
        confidence=wanted.confidence,
        amount=wanted.amount,
        is_filled_by_hand=wanted.field in reading.by_hand,
        reverts_item_id=wanted.reverts_item_id,
    )
