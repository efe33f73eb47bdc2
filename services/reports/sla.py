"""The SLA report: which user tasks were done by their due date, per priority and per team."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from services.reports.document import Column, Kind, Report, Row, Table, Total
from services.reports.method import method
from services.reports.rows import TaskRow
from services.reports.scope import Scope
from services.reports.tally import Tallies, Tally, milliseconds_between
from services.reports.texts import Translate, translator

KEPT, BROKEN, PENDING = "kept", "broken", "pending"


def sla_report(tasks: Iterable[TaskRow], scope: Scope) -> Report:
    """Give it the tasks that fell due in the period; others are passed over."""
    _ = translator(scope.language)
    reading = _Reading(_, scope)
    columns = (
        Column("key", _("User task"), width=20, total=Total.COUNT),
        Column("name", _("Name"), width=28),
        Column("process", _("Process"), width=24),
        Column("priority", _("Priority"), width=12),
        Column("teams", _("Team"), width=22),
        Column("person", _("Person"), width=18),
        Column("due_at", _("Due (UTC)"), Kind.MOMENT, 18),
        Column("completed_at", _("Ended (UTC)"), Kind.MOMENT, 18),
        Column("outcome", _("Promise"), width=12),
        Column("late_ms", _("Late by"), Kind.DURATION, 14, Total.MEAN),
    )
    return Report(
        name="sla",
        title=_("Service levels"),
        scope=scope,
        rows=Table("user_tasks", _("User tasks"), columns, reading.rows(tasks)),
        summary=reading.summary,
        method=method(
            scope,
            (_("Which tasks"), _("User tasks whose due date lies in the period; those withdrawn before it are left out.")),
            (_("Kept"), _("Completed at the due date or before.")),
            (_("Broken"), _("Ended after the due date, or still open after it when the rows were read.")),
            (_("Pending"), _("Open, and not yet due when the rows were read; no part of the share.")),
            (_("Kept share"), _("Kept, divided by kept and broken together.")),
            (_("Team"), _("The task's candidate groups; a task of several teams counts for each of them.")),
            (_("Priority"), _("The process variable `priority`, as it is now.")),
        ),
    )


@dataclass
class _Reading:
    _: Translate
    scope: Scope
    priorities: Tallies = field(default_factory=Tallies)
    teams: Tallies = field(default_factory=Tallies)

    def rows(self, tasks: Iterable[TaskRow]) -> Iterator[Row]:
        _ = self._
        shown = {KEPT: _("Kept"), BROKEN: _("Broken"), PENDING: _("Pending")}
        for task in tasks:
            outcome = self._outcome(task)
            if not outcome or task.due_at is None:
                continue
            for tally in (self.priorities[task.priority], *(self.teams[team] for team in task.groups or ("",))):
                tally.counts[outcome] += 1
            late = milliseconds_between(task.due_at, task.ended_at or self.scope.asked_at) if outcome == BROKEN else None
            teams = ", ".join(task.groups)
            row = (str(task.key), task.name, task.process, task.priority, teams, task.assignee)
            yield (*row, task.due_at, task.ended_at, shown[outcome], late)

    def summary(self) -> Sequence[Table]:
        _ = self._
        return (
            self._table("by_priority", _("By priority"), _("Priority"), self.priorities),
            self._table("by_team", _("By team"), _("Team"), self.teams),
        )

    def _outcome(self, task: TaskRow) -> str:
        period = self.scope.period
        if task.due_at is None or not period.start <= task.due_at < period.end:
            return ""
        if task.ended_at is None:
            return BROKEN if task.due_at < self.scope.asked_at else PENDING
        if task.ended_at > task.due_at:
            return BROKEN
        return KEPT if task.state == "COMPLETED" else ""

    def _table(self, key: str, title: str, group: str, tallies: Tallies) -> Table:
        _ = self._
        total = Total.SUM if tallies is self.priorities else Total.NONE
        columns = (
            Column("group", group, width=24),
            Column(KEPT, _("Kept"), Kind.NUMBER, total=total),
            Column(BROKEN, _("Broken"), Kind.NUMBER, total=total),
            Column(PENDING, _("Pending"), Kind.NUMBER, total=total),
            Column("kept_share", _("Kept share"), Kind.SHARE, 14),
        )
        rows = [
            (name, tally.counts[KEPT], tally.counts[BROKEN], tally.counts[PENDING], _kept_share(tally))
            for name, tally in tallies
        ]
        return Table(key, title, columns, rows, chart=(KEPT, BROKEN))


def _kept_share(tally: Tally) -> float | None:
    decided = tally.counts[KEPT] + tally.counts[BROKEN]
    return tally.counts[KEPT] / decided if decided else None
