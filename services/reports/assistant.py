"""The assistant's report: every draft of the period with what became of it, and of how much use models and categories were."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from services.reports.document import Column, Kind, Report, Row, Table, Total
from services.reports.method import method
from services.reports.rows import DraftRow, ModelUseRow
from services.reports.scope import Scope
from services.reports.texts import Translate, translator

VERDICTS = ("accepted", "edited", "rejected", "ignored", "open")
JUDGED = VERDICTS[:4]


def assistant_report(drafts: Iterable[DraftRow], calls: Iterable[ModelUseRow], scope: Scope) -> Report:
    """Drafts written in the period, oldest first as they come, and the calls to models in it by model and task."""
    _ = translator(scope.language)
    reading = _Reading(_, calls)
    columns = (
        Column("created_at", _("Drafted (UTC)"), Kind.MOMENT, 18, Total.COUNT),
        Column("ticket_id", _("Ticket"), width=12),
        Column("category", _("Category"), width=16),
        Column("language", _("Language"), width=9),
        Column("model", _("Model"), width=20),
        Column("prompt", _("Prompt"), width=18),
        Column("confidence", _("Confidence"), Kind.SHARE, 12),
        Column("outcome", _("Outcome"), width=18),
        Column("likeness", _("Likeness"), Kind.SHARE, 12),
        Column("reason", _("Reason"), width=40),
        Column("decided_by", _("Person"), width=16),
    )
    return Report(
        name="assistant",
        title=_("Assistant use"),
        scope=scope,
        rows=Table("drafts", _("Drafts"), columns, reading.rows(drafts)),
        summary=reading.summary,
        method=method(
            scope,
            (_("Which drafts"), _("Those written during the period, with what has become of them since.")),
            (_("Acceptance"), _("Drafts sent, as drafted or edited, as a share of all that were settled.")),
            (_("Likeness"), _("How alike the sent reply is: 100 % is the draft's own words.")),
            (_("Not used"), _("The reply that was sent has nothing of the draft.")),
            (_("Calls"), _("Questions to language models during the period; no word of them is kept.")),
        ),
    )


@dataclass
class _Reading:
    """Counts drafts while they are written."""

    _: Translate
    calls: Iterable[ModelUseRow]
    models: dict[str, Counter[str]] = field(default_factory=dict)
    categories: dict[str, Counter[str]] = field(default_factory=dict)

    def rows(self, drafts: Iterable[DraftRow]) -> Iterator[Row]:
        names = _verdicts(self._)
        for draft in drafts:
            prompt = f"{draft.prompt} v{draft.prompt_version}"
            for groups, name in ((self.models, f"{draft.model}, {prompt}"), (self.categories, draft.category or "–")):
                groups.setdefault(name, Counter())[draft.verdict] += 1
            shown = names.get(draft.verdict, draft.verdict)
            yield (
                *(draft.created_at, draft.ticket_id, draft.category, draft.language, draft.model, prompt),
                *(draft.confidence, shown, draft.likeness, draft.reason, draft.decided_by),
            )

    def summary(self) -> Sequence[Table]:
        _ = self._
        return (
            self._table("by_model", _("By model and prompt"), _("Model and prompt"), self.models),
            self._table("by_category", _("By category"), _("Category"), self.categories),
            Table("calls", _("Calls to models"), _call_columns(_), [_call(each) for each in self.calls]),
        )

    def _table(self, key: str, title: str, group: str, groups: dict[str, Counter[str]]) -> Table:
        _ = self._
        columns = (
            Column("group", group, width=32),
            Column("drafts", _("Drafts"), Kind.NUMBER, total=Total.SUM),
            *(Column(verdict, name, Kind.NUMBER, total=Total.SUM) for verdict, name in _verdicts(_).items()),
            Column("acceptance", _("Acceptance"), Kind.SHARE),
        )
        rows = [
            (name, counts.total(), *(counts[verdict] for verdict in VERDICTS), _acceptance(counts))
            for name, counts in sorted(groups.items(), key=lambda item: (-item[1].total(), item[0]))
        ]
        return Table(key, title, columns, rows, chart=("drafts", "accepted"))


def _verdicts(_: Translate) -> dict[str, str]:
    return {
        "accepted": _("Sent as drafted"),
        "edited": _("Edited"),
        "rejected": _("Rejected"),
        "ignored": _("Not used"),
        "open": _("Waiting"),
    }


def _acceptance(counts: Counter[str]) -> float | None:
    judged = sum(counts[verdict] for verdict in JUDGED)
    return (counts["accepted"] + counts["edited"]) / judged if judged else None


def _call_columns(_: Translate) -> tuple[Column, ...]:
    return (
        Column("model", _("Model"), width=24),
        Column("task", _("Task"), width=20),
        Column("calls", _("Calls"), Kind.NUMBER, total=Total.SUM),
        Column("believed", _("Believed"), Kind.NUMBER, total=Total.SUM),
        Column("tokens", _("Tokens"), Kind.NUMBER, total=Total.SUM),
        Column("cost", _("Cost"), Kind.SMALL_MONEY, total=Total.SUM),
        Column("mean_ms", _("Mean time"), Kind.DURATION, 14),
    )


def _call(use: ModelUseRow) -> Row:
    return (use.model, use.task, use.calls, use.believed, use.tokens, use.cost, use.mean_ms)
