"""The month close report: plan beside fact per project, article and month, what was explained, and how each month is locked."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from services.reports.document import Column, Kind, Report, Row, Table, Total
from services.reports.method import method
from services.reports.rows import MonthLockRow, PlanFactRow
from services.reports.scope import Scope
from services.reports.texts import Translate, translator

ZERO = Decimal(0)


def month_close_report(rows: Iterable[PlanFactRow], locks: Sequence[MonthLockRow], currency: str, scope: Scope) -> Report:
    """Give it the cells of the months of the period, and the locks those months ever had."""
    _ = translator(scope.language)
    reading = _Reading(_, locks)
    columns = (
        Column("month", _("Month"), width=9),
        Column("client", _("Client"), width=18),
        Column("project", _("Project"), width=22),
        Column("kind", _("Kind"), width=10),
        Column("article", _("Article"), width=22),
        Column("plan", _("Plan"), Kind.MONEY, 15),
        Column("fact", _("Fact"), Kind.MONEY, 15),
        Column("deviation", _("Deviation"), Kind.MONEY, 15),
        Column("share", _("Share of plan"), Kind.SHARE, 11),
        Column("verdict", _("Verdict"), width=19),
        Column("explanation", _("Explanation"), width=36),
        Column("explained_by", _("Explained by"), width=14),
    )
    return Report(
        name="month-close",
        title=_("Month close"),
        scope=scope,
        rows=Table("cells", _("Plan and fact"), columns, reading.rows(rows)),
        summary=reading.summary,
        method=method(
            scope,
            (_("Currency"), currency),
            (
                _("Fact"),
                _(
                    "The postings of the month. Other currencies are converted cell by cell at the month's rate: the mean of "
                    "its daily rates, or the rate entered by hand where days are missing. Totals add up rounded cells."
                ),
            ),
            (_("Plan"), _("The version the month was closed with; else the newest frozen one.")),
            (_("Result"), _("Income less expense.")),
            (_("Locks"), _("Every lock of these months, with who unlocked it, who asked for that, and why.")),
        ),
    )


@dataclass
class _Sums:
    plan: dict[str, Decimal] = field(default_factory=lambda: {"income": ZERO, "expense": ZERO})
    fact: dict[str, Decimal] = field(default_factory=lambda: {"income": ZERO, "expense": ZERO})

    def row(self) -> tuple[Decimal, ...]:
        plan, fact = self.plan["income"] - self.plan["expense"], self.fact["income"] - self.fact["expense"]
        return (
            self.plan["income"],
            self.fact["income"],
            self.plan["expense"],
            self.fact["expense"],
            plan,
            fact,
            fact - plan,
        )


@dataclass
class _Reading:
    _: Translate
    locks: Sequence[MonthLockRow]
    # By client and name: two clients may have a project of the same name.
    projects: dict[tuple[str, str], _Sums] = field(default_factory=dict)
    months: dict[str, _Sums] = field(default_factory=dict)

    def rows(self, cells: Iterable[PlanFactRow]) -> Iterator[Row]:
        _ = self._
        kinds = {"income": _("Income"), "expense": _("Expense")}
        verdicts = {"accept": _("Within tolerance"), "explain": _("To be explained"), "": ""}
        for cell in cells:
            project = self.projects.setdefault((cell.client, cell.project), _Sums())
            for sums in (project, self.months.setdefault(cell.month, _Sums())):
                sums.plan[cell.kind] += cell.plan
                sums.fact[cell.kind] += cell.fact
            deviation = cell.fact - cell.plan
            share = float(deviation / abs(cell.plan)) if cell.plan else None
            names = (cell.month, cell.client, cell.project, kinds[cell.kind], cell.article)
            verdict = _("Explained") if cell.explained_by else verdicts[cell.verdict]
            yield (*names, cell.plan, cell.fact, deviation, share, verdict, cell.explanation, cell.explained_by)

    def summary(self) -> Sequence[Table]:
        _ = self._
        return (
            self._sums("by_month", _("By month"), _("Month"), self.months.items()),
            self._sums("by_project", _("By project"), _("Project"), self._named_projects()),
            self._lock_table(),
        )

    def _named_projects(self) -> list[tuple[str, _Sums]]:
        """By name; with the client before it where the name alone does not say which."""
        times = Counter(name for _client, name in self.projects)
        return [
            (f"{client or '–'} · {name}" if times[name] > 1 else name, sums) for (client, name), sums in self.projects.items()
        ]

    def _sums(self, key: str, title: str, group: str, sums: Iterable[tuple[str, _Sums]]) -> Table:
        _ = self._
        columns = (
            Column("group", group, width=24),
            Column("income_plan", _("Income, plan"), Kind.MONEY, 15, Total.SUM),
            Column("income_fact", _("Income, fact"), Kind.MONEY, 15, Total.SUM),
            Column("expense_plan", _("Expense, plan"), Kind.MONEY, 15, Total.SUM),
            Column("expense_fact", _("Expense, fact"), Kind.MONEY, 15, Total.SUM),
            Column("result_plan", _("Result, plan"), Kind.MONEY, 15, Total.SUM),
            Column("result_fact", _("Result, fact"), Kind.MONEY, 15, Total.SUM),
            Column("result_deviation", _("Deviation"), Kind.MONEY, 15, Total.SUM),
        )
        rows: list[Row] = [(name, *each.row()) for name, each in sums]
        return Table(key, title, columns, rows, chart=("result_plan", "result_fact"))

    def _lock_table(self) -> Table:
        _ = self._
        columns = (
            Column("month", _("Month"), width=10),
            Column("state", _("State"), width=12),
            Column("lock", _("Lock"), width=16),
            Column("locked_by", _("Locked by"), width=16),
            Column("locked_at", _("Locked (UTC)"), Kind.MOMENT, 18),
            Column("unlock_requested_by", _("Unlock asked by"), width=16),
            Column("unlocked_by", _("Unlocked by"), width=16),
            Column("unlocked_at", _("Unlocked (UTC)"), Kind.MOMENT, 18),
            Column("reason", _("Reason"), width=30),
        )
        rows: list[Row] = [
            (
                each.month,
                _("Unlocked") if each.unlocked_at else _("Locked"),
                each.lock_id,
                each.locked_by,
                each.locked_at,
                each.unlock_requested_by,
                each.unlocked_by,
                each.unlocked_at,
                each.reason,
            )
            for each in self.locks
        ]
        return Table("locks", _("Locks"), columns, rows)
