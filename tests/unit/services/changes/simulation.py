"""One random fault schedule over a change set: what the process would do, with kills, time-outs and refusals by seed.

The process's part is played by a loop: jobs that were killed or failed come again after a while, possibly while the request of
the one before is still under way; unknown effects are read back; people decide conflicts.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from services.changes import (
    Author,
    AuthorKind,
    ChangeApplier,
    ChangeDesk,
    ChangeItem,
    ChangeLedger,
    ChangeTargets,
    EffectUnknown,
    ItemChanged,
    ItemState,
    NewChangeSet,
    NewItem,
    NotSettled,
    Requirement,
    SetState,
    TargetBusy,
    Verdict,
)
from tests.unit.services.changes.virtual_server import Faults, Killed, Kind, VirtualClock, VirtualServer

FIELDS = ("phone", "owner", "segment")


@dataclass
class KillingLedger:
    """The ledger of a process that may be killed before or after any of its calls: what was saved stays saved."""

    inner: ChangeLedger
    faults: Faults

    def __getattr__(self, name):
        call = getattr(self.inner, name)

        def may_be_killed(*arguments, **named):
            if self.faults.happens(0.3):
                raise Killed
            answer = call(*arguments, **named)
            if self.faults.happens(0.3):
                raise Killed
            return answer

        return may_be_killed


@dataclass
class Outcome:
    """What is true at the end, for the assertions."""

    items: Sequence[ChangeItem]
    server: VirtualServer
    approved: set[str]
    foreign: set[str]
    refused_by_target: set[str]
    state: SetState
    kills: int = 0
    steps: int = 0


@dataclass
class Simulation:
    seed: int
    ledger: ChangeLedger
    kind: Kind = field(init=False)

    async def run(self) -> Outcome:
        dice = random.Random(self.seed)
        clock = VirtualClock()
        faults = Faults(dice, rate=dice.choice((0.05, 0.2, 0.5)))
        self.kind = dice.choice(list(Kind))
        places = [(f"r{number}", name) for number in range(dice.randint(1, 3)) for name in FIELDS]
        server = VirtualServer(self.kind, clock, Faults(dice, 0), dict.fromkeys(places, "old"))
        targets = ChangeTargets({"erp": server})
        desk = ChangeDesk(self.ledger, targets, clock)
        items = tuple(NewItem("erp", record, name, f"new {record}") for record, name in places)
        change_set = await desk.propose(NewChangeSet("Simulated", Author(AuthorKind.ASSISTANT, "assistant"), items))
        approved, foreign, refusals = self._decide(desk, change_set.set_id, server, dice)
        server.faults = faults
        outcome = Outcome((), server, approved, foreign, refusals, change_set.state)
        applier = ChangeApplier(KillingLedger(self.ledger, faults), targets, clock)
        last = ""
        for _ in range(2000):
            open_items = self._open(change_set.set_id)
            if not open_items:
                break
            # The item that was just in trouble comes again at once more often than not: that is where two requests meet.
            last = last if last in open_items and dice.random() < 0.7 else dice.choice(open_items)
            await self._job(applier, last, dice, outcome)
            clock.pass_time(dice.choice((0.0, 0.2, 0.5, 1.0, 8.0)))
            outcome.steps += 1
        clock.pass_time(120)
        server.deliver_late()
        final = self.ledger.change_set(change_set.set_id)
        outcome.items, outcome.state = final.items, final.state
        return outcome

    def _decide(self, desk: ChangeDesk, set_id: str, server: VirtualServer, dice: random.Random):
        """Policy and people; then others edit some fields, and some values the server will never take."""
        change_set = desk.ledger.change_set(set_id)
        judged = desk.judge(
            set_id,
            {
                item.item_id: Verdict(dice.choice((Requirement.AUTOMATIC, Requirement.ONE_APPROVAL, Requirement.REFUSE)))
                for item in change_set.items
            },
        )
        awaiting = [item.item_id for item in judged.items if item.state is ItemState.AWAITING]
        yes = [item_id for item_id in awaiting if dice.random() < 0.7]
        no = [item_id for item_id in awaiting if item_id not in yes]
        decided = desk.decide(set_id, "anna", approve=yes, refuse=no) if awaiting else judged
        foreign, refusals = set(), set()
        for item in decided.items:
            luck = dice.random()
            if luck < 0.1:
                server.edit(item.record, item.field, f"by hand {item.item_id}")
                foreign.add(item.item_id)
            elif luck < 0.2:
                server.refuses.add((item.record, item.field))
                refusals.add(item.item_id)
        return {item.item_id for item in decided.items if item.state is ItemState.APPROVED}, foreign, refusals

    def _open(self, set_id: str) -> list[str]:
        items = self.ledger.change_set(set_id).items
        return [item.item_id for item in items if item.state in {ItemState.APPROVED, ItemState.APPLYING}]

    async def _job(self, applier: ChangeApplier, item_id: str, dice: random.Random, outcome: Outcome) -> None:
        try:
            if dice.random() < 0.3:
                await applier.read_back(item_id)
            else:
                await applier.apply(item_id)
        except Killed:
            outcome.kills += 1
        except NotSettled as wait:
            if dice.random() < 0.5:
                outcome.server.clock.pass_time(wait.seconds)
        except (EffectUnknown, TargetBusy, ItemChanged):
            return
