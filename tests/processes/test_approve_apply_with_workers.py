"""Approve and apply played by its real job workers, on the embedded engine and on the real one where it runs."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

import pytest

from cli.scenarios.models import read_models
from cli.scenarios.stage import stage
from services.changes import (
    Author,
    AuthorKind,
    ChangeApplier,
    ChangeDesk,
    ChangeSet,
    ChangeTargets,
    EffectUnknown,
    InMemoryChangeLedger,
    InMemoryTarget,
    ItemState,
    NewChangeSet,
    NewItem,
    SetState,
    Settlement,
    TargetBusy,
    Write,
    WriteRefused,
)
from tests.differential.engines import real_engine
from tests.differential.launcher import EngineMissing
from workers.main import change_workers
from zeebe.client import ZeebeClient
from zeebe.publisher import ZeebeMessagePublisher
from zeebe.worker import JobWorkerLoop, WorkOptions

ROOT = Path(__file__).parents[2]
MODELS = read_models([ROOT / "processes" / "approve_apply", ROOT / "decisions"])
SURE, USUAL, GUESS = 0.99, 0.8, 0.1
# The real engine in memory opens job streams and pushes nothing through them: workers look behind the stream often.
OPTIONS = WorkOptions(poll_every_seconds=0.2)
ON_BOTH = pytest.mark.parametrize("play", ["embedded", "zeebe"], indirect=True)


@dataclass
class TroubledTarget(InMemoryTarget):
    """Records in memory behind a line that loses answers and requests; each trouble is used up once."""

    troubles: list[str] = field(default_factory=list)

    async def apply(self, write: Write) -> None:
        trouble = self.troubles.pop(0) if self.troubles else ""
        if trouble == "busy":
            raise TargetBusy("429")
        if trouble == "refused":
            raise WriteRefused("422: no such owner")
        if trouble != "lost":
            await super().apply(write)
        if trouble in {"lost", "no answer"}:
            raise EffectUnknown("time-out")


@dataclass
class Play:
    """A running process with its workers; `advance` moves the engine's clock."""

    client: ZeebeClient
    advance: Callable[[int], Awaitable[None]]
    target: TroubledTarget
    desk: ChangeDesk

    async def propose(self, *items: tuple[str, float], author: AuthorKind = AuthorKind.ASSISTANT) -> ChangeSet:
        wanted = tuple(NewItem("crm", "C-1", name, f"new {name}", confidence=confidence) for name, confidence in items)
        proposed = await self.desk.propose(NewChangeSet("Tidy up", Author(author, "assistant", "m-1"), wanted))
        await self.announce()
        return proposed

    async def announce(self) -> None:
        await self.desk.announce(ZeebeMessagePublisher(self.client))

    async def until(self, set_id: str, state: SetState, *, clock_ms: int = 0) -> ChangeSet:
        give_up_at = monotonic() + 60
        while True:
            change_set = self.desk.ledger.change_set(set_id)
            finished = change_set.state is not SetState.APPLIED or any(
                line.action.value == "finished" for line in self.desk.ledger.timeline(set_id)
            )
            if change_set.state is state and finished:
                return change_set
            assert monotonic() < give_up_at, change_set
            if clock_ms:
                await self.advance(clock_ms)
                # Time must not run so fast that jobs at hand time out.
                await asyncio.sleep(0.2)
            await asyncio.sleep(0.02)


@asynccontextmanager
async def engine_client(name: str) -> AsyncIterator[tuple[ZeebeClient, Callable[[int], Awaitable[None]]]]:
    if name == "embedded":
        async with stage(MODELS.resources) as here:
            yield here.client, here.add_time
        return
    try:
        with real_engine() as engine:
            address = engine.channel._channel.target().decode()
            async with ZeebeClient(address, "http://127.0.0.1:1") as client:
                await client.deploy_resources(MODELS.resources)

                async def advance(milliseconds: int) -> None:
                    await asyncio.to_thread(engine.advance, milliseconds)

                yield client, advance
    except EngineMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture
async def play(request: pytest.FixtureRequest) -> AsyncIterator[Play]:
    fields = {name: f"old {name}" for name in ("phone", "owner", "city", "iban", "segment")}
    target = TroubledTarget({"C-1": dict(fields)}, settles_within=0)
    desk = ChangeDesk(InMemoryChangeLedger(), ChangeTargets({"crm": target}))
    async with engine_client(getattr(request, "param", "embedded")) as (client, advance):
        loop = JobWorkerLoop(client, change_workers(desk, ChangeApplier(desk.ledger, desk.targets)), options=OPTIONS)
        running = asyncio.create_task(loop.run())
        try:
            yield Play(client, advance, target, desk)
        finally:
            await loop.stop()
            await running


@ON_BOTH
async def test_a_whole_set_takes_every_way_at_once(play: Play) -> None:
    play.target.by_hand = {"C-1": frozenset({"city"})}
    proposed = await play.propose(("phone", SURE), ("owner", USUAL), ("city", SURE), ("iban", SURE), ("segment", GUESS))
    by_field = {item.field: item.item_id for item in proposed.items}

    waiting = await play.until(proposed.set_id, SetState.AWAITING)
    play.desk.decide(proposed.set_id, "anna", approve=[by_field["owner"], by_field["iban"]], refuse=[by_field["city"]])
    await play.announce()
    play.desk.decide(proposed.set_id, "boris", approve=[by_field["iban"]])
    await play.announce()
    ended = await play.until(proposed.set_id, SetState.PARTLY_APPLIED)

    assert [item.state.value for item in waiting.items] == ["approved", "awaiting", "awaiting", "awaiting", "refused"]
    assert [item.state.value for item in ended.items] == ["applied", "applied", "refused", "applied", "refused"]
    assert play.target.records["C-1"] == {
        "phone": "new phone",
        "owner": "new owner",
        "city": "old city",
        "iban": "new iban",
        "segment": "old segment",
    }


@ON_BOTH
async def test_lost_answers_and_lost_requests_end_in_one_effect_each(play: Play) -> None:
    play.target.troubles = ["no answer", "lost", "lost"]

    proposed = await play.propose(("phone", SURE), ("owner", SURE))
    ended = await play.until(proposed.set_id, SetState.APPLIED, clock_ms=2_000)

    assert {item.state for item in ended.items} == {ItemState.APPLIED}
    assert sorted(write.field for write in play.target.applied) == ["owner", "phone"]


async def test_a_busy_system_is_asked_again_later(play: Play) -> None:
    play.target.troubles = ["busy", "busy"]

    proposed = await play.propose(("phone", SURE))
    await play.until(proposed.set_id, SetState.APPLIED, clock_ms=10_000)

    assert len(play.target.applied) == 1


async def test_a_conflict_and_a_refusal_wait_for_a_person(play: Play) -> None:
    proposed = await play.propose(("phone", USUAL), ("owner", USUAL))
    await play.until(proposed.set_id, SetState.AWAITING)
    play.target.records["C-1"]["phone"] = "by hand"
    play.target.troubles = ["refused"]
    phone, owner = (item.item_id for item in proposed.items)
    play.desk.decide(proposed.set_id, "anna", approve=[phone, owner])
    await play.announce()
    give_up_at = monotonic() + 30
    while {item.state.value for item in play.desk.ledger.change_set(proposed.set_id).items} != {"conflict", "failed"}:
        assert monotonic() < give_up_at
        await asyncio.sleep(0.02)

    play.desk.settle(phone, Settlement.KEEP, "anna")
    play.desk.settle(owner, Settlement.APPLY, "anna", "the owner exists now")
    await play.announce()
    ended = await play.until(proposed.set_id, SetState.PARTLY_APPLIED)

    assert [item.state.value for item in ended.items] == ["refused", "applied"]
    assert play.target.records["C-1"]["phone"] == "by hand"
