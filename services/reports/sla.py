"""The SLA report: which promises of the SLA clocks were kept, per promise, priority and team, in working time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from services.reports.document import Column, Kind, Report, Row, Table, Total
from services.reports.method import method
from services.reports.rows import PromiseRow
from services.reports.scope import Scope
from services.reports.tally import Tallies, Tally
from services.reports.texts import Translate, names, translator

KEPT, BROKEN, PENDING = "kept", "broken", "pending"


def sla_report(promises: Iterable[PromiseRow], scope: Scope) -> Report:
    """Give it the promises that fell due in the period."""
    _ = translator(scope.language)
    reading = _Reading(_, scope)
    columns = (
        Column("subject_id", _("About"), width=12, total=Total.COUNT),
        Column("subject", _("Subject"), width=34),
        Column("promise", _("Promise"), width=12),
        Column("priority", _("Priority"), width=12),
        Column("team", _("Team"), width=20),
        Column("started_at", _("Began (UTC)"), Kind.MOMENT, 18),
        Column("due_at", _("Due (UTC)"), Kind.MOMENT, 18),
        Column("done_at", _("Done (UTC)"), Kind.MOMENT, 18),
        Column("outcome", _("Outcome"), width=12),
        Column("promised_ms", _("Promised time"), Kind.DURATION, 14),
        Column("used_ms", _("Time used"), Kind.DURATION, 14, Total.MEAN),
        Column("late_ms", _("Late by"), Kind.DURATION, 14, Total.MEAN),
    )
    return Report(
        name="sla",
        title=_("Service levels"),
        scope=scope,
        rows=Table("promises", _("Promises"), columns, reading.rows(promises)),
        summary=reading.summary,
        method=method(
            scope,
            (_("Which promises"), _("Replies and resolutions that the SLA clocks promise and that fall due in the period.")),
            (_("Times"), _("Working time by the team's calendar; pauses, while others were waited for, do not count.")),
            (_("Kept"), _("Done before the promised working time had passed. The end of the work is a reply, too.")),
            (_("Broken"), _("Done after it, or still open after the due time when the rows were read.")),
            (_("Pending"), _("Open, and not yet due when the rows were read; no part of the share.")),
            (_("Kept share"), _("Kept, divided by kept and broken together.")),
            (_("Not counted"), _("A promise whose clock stands has no due time until it runs again.")),
        ),
    )


@dataclass
class _Reading:
    _: Translate
    scope: Scope
    promises: Tallies = field(default_factory=Tallies)
    priorities: Tallies = field(default_factory=Tallies)
    teams: Tallies = field(default_factory=Tallies)

    def rows(self, promises: Iterable[PromiseRow]) -> Iterator[Row]:
        _ = self._
        shown = {KEPT: _("Kept"), BROKEN: _("Broken"), PENDING: _("Pending")}
        name_of = names(self.scope.language)
        kinds = {"reply": _("Reply"), "resolution": _("Resolution")}
        for each in promises:
            outcome = self._outcome(each)
            kind, priority = kinds.get(each.promise, each.promise), name_of(each.priority)
            for tally in (self.promises[kind], self.priorities[priority], self.teams[each.team]):
                tally.counts[outcome] += 1
            about = (each.subject_id, each.subject, kind, priority, each.team)
            moments = (each.started_at, each.due_at, each.done_at)
            late = each.late_ms if outcome == BROKEN else None
            yield (*about, *moments, shown[outcome], each.promised_ms, each.used_ms, late)

    def summary(self) -> Sequence[Table]:
        _ = self._
        return (
            self._table("by_promise", _("By promise"), _("Promise"), self.promises),
            self._table("by_priority", _("By priority"), _("Priority"), self.priorities),
            self._table("by_team", _("By team"), _("Team"), self.teams),
        )

    def _outcome(self, each: PromiseRow) -> str:
        if each.done_at is None:
            return BROKEN if each.due_at <= self.scope.asked_at else PENDING
        # Late outside of the team's hours is not late: no promised time passed.
        return BROKEN if each.late_ms else KEPT

    def _table(self, key: str, title: str, group: str, tallies: Tallies) -> Table:
        _ = self._
        columns = (
            Column("group", group, width=24),
            Column(KEPT, _("Kept"), Kind.NUMBER, total=Total.SUM),
            Column(BROKEN, _("Broken"), Kind.NUMBER, total=Total.SUM),
            Column(PENDING, _("Pending"), Kind.NUMBER, total=Total.SUM),
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
