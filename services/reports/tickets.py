"""The tickets report: every ticket that came in during the period, and how many per team, category and day."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from services.reports.document import Column, Kind, Report, Row, Table, Total
from services.reports.method import method
from services.reports.rows import TicketRow
from services.reports.scope import Scope
from services.reports.tally import Tallies, milliseconds_between
from services.reports.texts import Translate, names, translator

CLOSED = "closed"


def tickets_report(tickets: Iterable[TicketRow], scope: Scope) -> Report:
    """One row for each ticket, oldest first as they come."""
    _ = translator(scope.language)
    reading = _Reading(_, names(scope.language))
    return Report(
        name="tickets",
        title=_("Tickets"),
        scope=scope,
        rows=Table("tickets", _("Tickets"), _columns(_), reading.rows(tickets)),
        summary=reading.summary,
        method=method(
            scope,
            (_("Which tickets"), _("Those that came in during the period, whatever became of them since.")),
            (_("Time to close"), _("From intake to closing, by the clock; only of closed tickets.")),
            (_("Median and 95th percentile"), _("Exact, by nearest rank.")),
        ),
    )


@dataclass
class _Reading:
    """Counts tickets while they are written."""

    _: Translate
    names: Translate
    teams: Tallies = field(default_factory=Tallies)
    categories: Tallies = field(default_factory=Tallies)
    days: Tallies = field(default_factory=Tallies)

    def rows(self, tickets: Iterable[TicketRow]) -> Iterator[Row]:
        for ticket in tickets:
            took = milliseconds_between(ticket.created_at, ticket.closed_at)
            for tally in (
                self.teams[ticket.team],
                self.categories[ticket.category],
                self.days[ticket.created_at.date().isoformat()],
            ):
                tally.counts["tickets"] += 1
                tally.counts[CLOSED] += ticket.status == CLOSED
                if took is not None:
                    tally.durations.append(took)
            yield _row(ticket, took, self.names)

    def summary(self) -> Sequence[Table]:
        _ = self._
        return (
            self._table("by_team", _("By team"), _("Team"), self.teams),
            self._table("by_category", _("By category"), _("Category"), self.categories),
            self._table("by_day", _("By day of intake"), _("Day (UTC)"), self.days),
        )

    def _table(self, key: str, title: str, group: str, tallies: Tallies) -> Table:
        _ = self._
        columns = (
            Column("group", group, width=24),
            Column("tickets", _("Tickets"), Kind.NUMBER, total=Total.SUM),
            Column("closed", _("Closed"), Kind.NUMBER, total=Total.SUM),
            Column("median_ms", _("Median time to close"), Kind.DURATION, 20),
            Column("p95_ms", _("95th percentile"), Kind.DURATION, 20),
        )
        rows = [
            (name, tally.counts["tickets"], tally.counts[CLOSED], tally.percentile(0.5), tally.percentile(0.95))
            for name, tally in tallies
        ]
        return Table(key, title, columns, rows, chart=("tickets", "closed"))


def _columns(_: Translate) -> tuple[Column, ...]:
    return (
        Column("ticket_id", _("Ticket"), width=14, total=Total.COUNT),
        Column("created_at", _("Received (UTC)"), Kind.MOMENT, 18),
        Column("source", _("Source"), width=12),
        Column("status", _("Status"), width=11),
        Column("category", _("Category"), width=14),
        Column("priority", _("Priority"), width=12),
        Column("team", _("Team"), width=14),
        Column("customer", _("Customer"), width=20),
        Column("subject", _("Subject"), width=32),
        Column("text", _("Text"), width=60),
        Column("outcome", _("Outcome"), width=14),
        Column("closed_at", _("Closed (UTC)"), Kind.MOMENT, 18),
        Column("time_to_close_ms", _("Time to close"), Kind.DURATION, 14, Total.MEAN),
    )


def _row(ticket: TicketRow, took: int | None, names: Translate) -> Row:
    return (
        ticket.ticket_id,
        ticket.created_at,
        ticket.source,
        names(ticket.status),
        ticket.category,
        names(ticket.priority),
        ticket.team,
        ticket.customer,
        ticket.subject,
        ticket.text,
        ticket.outcome,
        ticket.closed_at,
        took,
    )
