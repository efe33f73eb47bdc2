"""A month's close played by its real job workers, on the embedded engine and on the real one where it runs."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from time import monotonic

import pytest

from cli.scenarios.models import read_models
from cli.scenarios.stage import stage
from history.database import open_engine
from services.finance import (
    AccountingRefused,
    Article,
    ArticleKind,
    Close,
    CloseState,
    FinanceDesk,
    InMemoryProjects,
    Month,
    NewPosting,
    Project,
    VersionKind,
    finance_desk,
)
from services.finance.tables import metadata
from tests.differential.engines import real_engine
from tests.differential.launcher import EngineMissing
from workers.main import close_workers
from zeebe.client import ZeebeClient
from zeebe.publisher import ZeebeMessagePublisher
from zeebe.worker import JobWorkerLoop, WorkOptions

ROOT = Path(__file__).parents[2]
MODELS = read_models([ROOT / "processes" / "month_close", ROOT / "decisions"])
# Long over, whatever the clock of the machine says.
MARCH = Month(2020, 3)
# The real engine in memory opens job streams and pushes nothing through them: workers look behind the stream often.
OPTIONS = WorkOptions(poll_every_seconds=0.2)
ON_BOTH = pytest.mark.parametrize("play", ["embedded", "zeebe"], indirect=True)


@dataclass
class Told:
    """Who was told what, which reports were asked for, which periods were closed."""

    overdue: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    reports: list[str] = field(default_factory=list)
    periods: list[Month] = field(default_factory=list)
    accounting_says: str = ""

    def explanation_overdue(self, close: Close, project_name: str, owner: str, count: int) -> None:
        self.overdue.append(f"{close.month} {project_name} {owner} {count}")

    def month_closed(self, close: Close, lock_id: str) -> None:
        self.closed.append(f"{close.month} {lock_id}")

    def request(self, close: Close) -> Sequence[str]:
        self.reports.append(close.close_id)
        return ["run-1"]

    async def close(self, month: Month) -> str:
        if self.accounting_says:
            raise AccountingRefused(self.accounting_says)
        self.periods.append(month)
        return str(month)

    async def reopen(self, month: Month) -> str:
        return str(month)


@dataclass
class Play:
    client: ZeebeClient
    advance: Callable[[int], Awaitable[None]]
    desk: FinanceDesk
    told: Told

    async def request(self, month: Month) -> None:
        self.desk.outbox.add("close_requested", str(month), {"month": str(month), "requested_by": "anna"})
        await self.announce()

    async def announce(self) -> None:
        await self.desk.outbox.publish(ZeebeMessagePublisher(self.client))

    async def until(self, happened: Callable[[], object], *, clock_ms: int = 0) -> None:
        give_up_at = monotonic() + 60
        while not happened():
            assert monotonic() < give_up_at, self.desk.closes.latest(MARCH)
            if clock_ms:
                await self.advance(clock_ms)
                await asyncio.sleep(0.2)
            await asyncio.sleep(0.02)

    def state(self) -> CloseState | None:
        latest = self.desk.closes.latest(MARCH)
        return None if latest is None else latest.state

    async def decide(self, step: Callable[..., Close], person: str, *, is_right: bool = True, note: str = "") -> None:
        close = self.desk.closes.latest(MARCH)
        assert close is not None
        step(close.close_id, person, is_right=is_right, note=note)
        await self.announce()


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
async def play(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Play]:
    engine = open_engine(f"sqlite:///{tmp_path / 'finance.db'}", durable=False)
    metadata.create_all(engine)
    desk = finance_desk(engine, "RUB", InMemoryProjects([Project("P-1", "Pump house", owner="boris"), Project("P-2", "Weir")]))
    for article in (Article("sales", "Sales", ArticleKind.INCOME), Article("rent", "Rent", ArticleKind.EXPENSE)):
        desk.ledger.keep_article(article)
    plan = desk.versions.create("Plan", VersionKind.PLAN, "anna", "")
    desk.versions.plan(
        plan.version_id, {("P-1", "sales", MARCH): Decimal(100_000), ("P-2", "rent", MARCH): Decimal(50_000)}, "anna"
    )
    desk.versions.freeze(plan.version_id, "anna")
    desk.ledger.post(NewPosting("P-1", "sales", date(2020, 3, 5), Decimal("70000.10"), "RUB"), "anna")
    desk.ledger.post(NewPosting("P-2", "rent", date(2020, 3, 5), Decimal("50400.00"), "RUB"), "anna")
    told = Told()
    async with engine_client(getattr(request, "param", "embedded")) as (client, advance):
        loop = JobWorkerLoop(client, close_workers(desk, told, told, told), options=OPTIONS)
        running = asyncio.create_task(loop.run())
        try:
            yield Play(client, advance, desk, told)
        finally:
            await loop.stop()
            await running
            engine.dispose()


@ON_BOTH
async def test_a_month_is_explained_checked_approved_and_locked(play: Play) -> None:
    closes = play.desk.closes
    await play.request(MARCH)
    # On the real engine a timer of the past fires, and a waiting worker asks again, with the ticks of its clock.
    await play.until(lambda: len(closes.deviations(MARCH)) == 2, clock_ms=10_000)
    judged = {each.project_id: (each.verdict.value, each.reason) for each in closes.deviations(MARCH)}

    closes.explain(closes.latest(MARCH).close_id, "P-1", "sales", "the customer moved to April", "boris")
    await play.announce()
    await play.decide(closes.check, "anna")
    await play.decide(closes.approve, "zoe")
    await play.until(lambda: play.told.closed, clock_ms=10_000)

    assert judged == {"P-1": ("explain", "BEYOND_TOLERANCE"), "P-2": ("accept", "SMALL_AMOUNT")}
    lock = play.desk.locks.of(MARCH)
    assert (lock.checked_by, lock.locked_by) == ("anna", "zoe")
    assert play.told.closed == [f"2020-03 {lock.lock_id}"]
    assert (play.told.periods, len(play.told.reports)) == ([MARCH], 1)


async def test_numbers_that_change_after_the_approval_are_collected_again(play: Play) -> None:
    closes = play.desk.closes
    await play.request(MARCH)
    await play.until(lambda: len(closes.deviations(MARCH)) == 2)
    close = closes.latest(MARCH)
    closes.explain(close.close_id, "P-1", "sales", "the customer moved", "boris")
    closes.check(close.close_id, "anna", is_right=True)
    closes.approve(close.close_id, "zoe", is_right=True)
    play.desk.ledger.post(NewPosting("P-2", "rent", date(2020, 3, 9), Decimal(1), "RUB"), "anna")

    await play.announce()
    await play.until(lambda: any(each.fact == Decimal("50401.00") for each in closes.deviations(MARCH)))

    assert play.desk.locks.of(MARCH) is None
    assert play.state() is CloseState.COLLECTING


async def test_what_the_controller_sends_back_is_collected_again(play: Play) -> None:
    closes = play.desk.closes
    await play.request(MARCH)
    await play.until(lambda: len(closes.deviations(MARCH)) == 2)
    closes.explain(closes.latest(MARCH).close_id, "P-1", "sales", "the customer moved", "boris")

    await play.decide(closes.check, "anna", is_right=False, note="Look at the rent again")
    await play.until(lambda: play.state() is CloseState.COLLECTING)
    await play.decide(closes.check, "anna")

    await play.until(lambda: play.state() is CloseState.APPROVING)


async def test_an_owner_who_is_late_is_reminded(play: Play) -> None:
    await play.request(MARCH)
    await play.until(lambda: len(play.desk.closes.deviations(MARCH)) == 2)

    await play.until(lambda: play.told.overdue, clock_ms=24 * 3600 * 1000)

    assert play.told.overdue[0] == "2020-03 Pump house boris 1"


async def test_a_locked_month_is_not_closed_again(play: Play) -> None:
    closes = play.desk.closes
    await play.request(MARCH)
    await play.until(lambda: len(closes.deviations(MARCH)) == 2)
    closes.explain(closes.latest(MARCH).close_id, "P-1", "sales", "the customer moved", "boris")
    await play.announce()
    await play.decide(closes.check, "anna")
    await play.decide(closes.approve, "zoe")
    await play.until(lambda: play.told.closed)

    await play.request(MARCH)
    await asyncio.sleep(0.5)

    assert len(closes.recent()) == 1
