"""Deciding about change sets: saved first, then announced to the engine.

Announcing follows at once; what the engine does not take now, the background process announces later under the same message id.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool

from api.announcing import announce_now
from services.changes import (
    ChangeDesk,
    ChangeSet,
    DryRunLine,
    MessagePublisher,
    NewChangeSet,
    Settlement,
    dry_run,
    revert,
)


@dataclass(frozen=True, slots=True)
class ChangeRoom:
    """What pages and REST do with change sets."""

    desk: ChangeDesk
    publisher: MessagePublisher

    async def propose(self, new: NewChangeSet) -> ChangeSet:
        proposed = await self.desk.propose(new)
        await self._announce()
        return proposed

    async def decide(
        self, set_id: str, person: str, *, approve: Sequence[str] = (), refuse: Sequence[str] = (), reason: str = ""
    ) -> ChangeSet:
        decided = await run_in_threadpool(
            lambda: self.desk.decide(set_id, person, approve=approve, refuse=refuse, reason=reason)
        )
        await self._announce()
        return decided

    async def settle(self, item_id: str, settlement: Settlement, person: str, reason: str = "") -> ChangeSet:
        settled = await run_in_threadpool(self.desk.settle, item_id, settlement, person, reason)
        await self._announce()
        return settled

    async def revert(self, set_id: str, person: str, *, item_ids: Sequence[str] = (), why: str = "") -> ChangeSet:
        proposed = await revert(self.desk, set_id, person, item_ids=item_ids, why=why)
        await self._announce()
        return proposed

    async def dry_run(self, change_set: ChangeSet) -> Sequence[DryRunLine]:
        return await dry_run(self.desk, change_set)

    async def _announce(self) -> None:
        await announce_now(self.desk.announce(self.publisher), "changes")
