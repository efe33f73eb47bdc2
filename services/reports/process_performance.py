"""The process performance report: how often and how long each element of each process was active."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from services.reports.document import Column, Kind, Report, Row, Table, Total
from services.reports.method import method
from services.reports.rows import ElementRow
from services.reports.scope import Scope
from services.reports.texts import Translate, names, translator

PROCESS = "PROCESS"


def process_performance_report(elements: Iterable[ElementRow], scope: Scope) -> Report:
    """One row for each element; rows of type PROCESS become the summary."""
    _ = translator(scope.language)
    reading = _Reading(_, names(scope.language))
    columns = (
        Column("process", _("Process"), width=26),
        Column("element_id", _("Element id"), width=24),
        Column("name", _("Name"), width=28),
        Column("element_type", _("Type"), width=22),
        *_numbers(_, Total.SUM),
    )
    return Report(
        name="process-performance",
        title=_("Process performance"),
        scope=scope,
        rows=Table("elements", _("Elements"), columns, reading.rows(elements)),
        summary=reading.summary,
        method=method(
            scope,
            (_("Entered"), _("How often a token entered the element during the period.")),
            (_("Completed"), _("How often the element was completed during the period.")),
            (_("Active"), _("How many were active when the rows were read, whatever the period.")),
            (_("Incidents"), _("Incidents created during the period.")),
            (_("Median and 95th percentile"), _("Of completions during the period, exact to 2.5 %.")),
        ),
    )


@dataclass
class _Reading:
    _: Translate
    names: Translate
    processes: list[ElementRow] = field(default_factory=list)

    def rows(self, elements: Iterable[ElementRow]) -> Iterator[Row]:
        for element in elements:
            if element.element_type == PROCESS:
                self.processes.append(element)
            else:
                words = self.names(element.element_type.replace("_", " ").lower())
                yield (element.process, element.element_id, element.name, words, *_values(element))

    def summary(self) -> Sequence[Table]:
        _ = self._
        columns = (Column("process", _("Process"), width=26), *_numbers(_, Total.SUM))
        rows = [(process.process, *_values(process)) for process in self.processes]
        return (Table("processes", _("Processes"), columns, rows, chart=("entered", "completed")),)


def _numbers(_: Translate, total: Total) -> tuple[Column, ...]:
    return (
        Column("entered", _("Entered"), Kind.NUMBER, total=total),
        Column("completed", _("Completed"), Kind.NUMBER, total=total),
        Column("active", _("Active"), Kind.NUMBER, total=total),
        Column("incidents", _("Incidents"), Kind.NUMBER, total=total),
        Column("median_ms", _("Median"), Kind.DURATION, 14),
        Column("p95_ms", _("95th percentile"), Kind.DURATION, 16),
    )


def _values(element: ElementRow) -> Row:
    return (element.entered, element.completed, element.active, element.incidents, element.p50_ms, element.p95_ms)
