"""Clocks as pages and REST show them: who may see which, what is pressing, and what people may do about it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from starlette.concurrency import run_in_threadpool

from api.principal import Principal
from api.task_access import oversees
from services.sla import (
    Change,
    ChangeKind,
    ClockEnded,
    ClockUnknown,
    Dial,
    FaceState,
    SkillBook,
    SlaClock,
    SlaDesk,
    StepTaken,
    TargetChange,
    by_time_left,
    calendars_that_count,
    read_dial,
)
from services.sla.desk import MessagePublisher
from zeebe.errors import ZeebeError

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SlaFilter:
    team: str | None = None
    priority: str | None = None
    state: FaceState | None = None


@dataclass(frozen=True, slots=True)
class Overview:
    """The dials a filter selects, the most pressing first, and how many there are of each state."""

    dials: Sequence[Dial]
    counts: Mapping[FaceState, int]
    teams: Sequence[str]
    priorities: Sequence[str]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class SlaPanel:
    """All about one clock: its dial, why its targets are what they are, what was done."""

    dial: Dial
    targets: Sequence[TargetChange]
    steps: Sequence[StepTaken]
    zone_name: str

    @property
    def clock(self) -> SlaClock:
        return self.dial.clock


@dataclass(frozen=True, slots=True)
class SlaBoard:
    """The SLA desk, with what reads its clocks and tells the processes about changes."""

    desk: SlaDesk
    skills: SkillBook
    publisher: MessagePublisher

    def overview(self, principal: Principal, where: SlaFilter, now: datetime) -> Overview:
        with self.desk.book.open() as pages:
            sees_all, clocks = oversees(principal), pages.running()
            clocks = [clock for clock in clocks if sees_all or may_see(clock, principal)]
            chosen = [clock for clock in clocks if where.team in {None, clock.team}]
            chosen = [clock for clock in chosen if where.priority in {None, clock.priority}]
            pauses = pages.pauses_of_running()
        calendars = calendars_that_count(self.desk.calendars.teams(), {clock.team for clock in chosen})
        dials = [read_dial(clock, calendars[clock.team], pauses.get(clock.subject_id, ()), now) for clock in chosen]
        return Overview(
            by_time_left(dial for dial in dials if where.state in {None, dial.state}),
            Counter(dial.state for dial in dials),
            sorted({clock.team for clock in clocks}),
            sorted({clock.priority for clock in clocks if clock.priority}),
        )

    def panel(self, subject_id: str, now: datetime) -> SlaPanel | None:
        """What a page about a subject includes; None where no clock was ever started for it."""
        with self.desk.book.open() as pages:
            clock = pages.clock(subject_id)
            if clock is None:
                return None
            pauses = pages.pauses([subject_id])[subject_id]
            targets, steps = pages.targets(subject_id), pages.steps(subject_id)
        calendar = self.desk.calendars.calendar(clock.team)
        return SlaPanel(read_dial(clock, calendar, pauses, now), targets, steps, calendar.zone_name)

    def visible_panel(self, subject_id: str, principal: Principal, now: datetime) -> SlaPanel:
        """Raises `ClockUnknown` also for a clock that is none of this person's business."""
        panel = self.panel(subject_id, now)
        if panel is None or not may_see(panel.clock, principal):
            raise ClockUnknown(subject_id)
        return panel

    async def change(self, change: Change) -> SlaClock:
        """Carry a wish out and tell the process at once; where the gateway is away a background task tells it later."""
        clock = await run_in_threadpool(self.desk.change, change)
        await self.announce()
        return clock

    async def replied(self, subject_id: str, who: str, request_id: str) -> None:
        """The customer has a first answer: the reply promise is kept. Work without a running clock is left alone."""
        change = Change(f"reply:{subject_id}:{request_id}"[:200], subject_id, ChangeKind.REPLIED, this_moment(), who)
        try:
            await self.change(change)
        except (ClockUnknown, ClockEnded):
            return

    async def announce(self) -> None:
        try:
            await self.desk.publish_pending(self.publisher)
        except ZeebeError as error:
            log.warning("sla_change_not_announced", reason=type(error).__name__)


def may_see(clock: SlaClock, principal: Principal) -> bool:
    """Overseers see all clocks, others those of their teams and of the teams they lead."""
    return oversees(principal) or bool({clock.team, clock.lead} & principal.groups)


def this_moment() -> datetime:
    """Now, to the millisecond: what the tables keep."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
