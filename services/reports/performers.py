"""The performers report: user tasks per person and per group, open and completed, and how long they took."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from services.reports.document import Column, Kind, Report, Row, Table, Total
from services.reports.method import method
from services.reports.rows import TaskRow
from services.reports.scope import Scope
from services.reports.tally import Tallies, milliseconds_between
from services.reports.texts import Translate, names, translator

COMPLETED = "COMPLETED"


def performers_report(tasks: Iterable[TaskRow], scope: Scope) -> Report:
    """Give it the tasks completed in the period and those open at its end; others are passed over."""
    _ = translator(scope.language)
    reading = _Reading(_, scope)
    columns = (
        Column("key", _("User task"), width=20, total=Total.COUNT),
        Column("name", _("Name"), width=28),
        Column("process", _("Process"), width=24),
        Column("person", _("Person"), width=18),
        Column("groups", _("Groups"), width=22),
        Column("state", _("State"), width=12),
        Column("created_at", _("Created (UTC)"), Kind.MOMENT, 18),
        Column("completed_at", _("Completed (UTC)"), Kind.MOMENT, 18),
        Column("duration_ms", _("Duration"), Kind.DURATION, 14, Total.MEAN),
    )
    return Report(
        name="performers",
        title=_("Performers"),
        scope=scope,
        rows=Table("user_tasks", _("User tasks"), columns, reading.rows(tasks)),
        summary=reading.summary,
        method=method(
            scope,
            (_("Completed"), _("User tasks completed during the period; the person is who had the task then.")),
            (_("Open"), _("User tasks open at the end of the period, or when the rows were read if that is earlier.")),
            (_("Duration"), _("From creation to completion, by the clock; only of completed tasks.")),
            (_("Groups"), _("A task offered to several groups counts for each of them, so groups may add up to more.")),
            (_("Median and 95th percentile"), _("Exact, by nearest rank.")),
        ),
    )


@dataclass
class _Reading:
    _: Translate
    scope: Scope
    people: Tallies = field(default_factory=Tallies)
    groups: Tallies = field(default_factory=Tallies)

    def rows(self, tasks: Iterable[TaskRow]) -> Iterator[Row]:
        for task in tasks:
            state = self._state(task)
            if not state:
                continue
            completed_at = task.ended_at if state == "completed" else None
            took = milliseconds_between(task.created_at, completed_at)
            for tally in (self.people[task.assignee], *(self.groups[group] for group in task.groups or ("",))):
                tally.counts[state] += 1
                if took is not None:
                    tally.durations.append(took)
            groups = ", ".join(task.groups)
            shown = names(self.scope.language)("Completed" if completed_at else "Open")
            # A key has more digits than a spreadsheet's number can hold.
            yield (str(task.key), task.name, task.process, task.assignee, groups, shown, task.created_at, completed_at, took)

    def summary(self) -> Sequence[Table]:
        _ = self._
        return (
            self._table("by_person", _("By person"), _("Person"), self.people),
            self._table("by_group", _("By group"), _("Group"), self.groups),
        )

    def _state(self, task: TaskRow) -> str:
        # What people do while the rows are read comes after the moment that the report speaks of.
        start, end = self.scope.period.start, self.scope.end
        if task.state == COMPLETED and task.ended_at is not None and start <= task.ended_at < end:
            return "completed"
        if task.created_at < end and (task.ended_at is None or task.ended_at >= end):
            return "open"
        return ""

    def _table(self, key: str, title: str, group: str, tallies: Tallies) -> Table:
        _ = self._
        # A task of several groups would be counted several times in a sum.
        total = Total.SUM if tallies is self.people else Total.NONE
        columns = (
            Column("group", group, width=24),
            Column("completed", _("Completed"), Kind.NUMBER, total=total),
            Column("open", _("Open"), Kind.NUMBER, total=total),
            Column("median_ms", _("Median duration"), Kind.DURATION, 18),
            Column("p95_ms", _("95th percentile"), Kind.DURATION, 18),
        )
        rows = [
            (name, tally.counts["completed"], tally.counts["open"], tally.percentile(0.5), tally.percentile(0.95))
            for name, tally in tallies
        ]
        return Table(key, title, columns, rows, chart=("completed", "open"))
