"""What pages say about a clock: the words for what it holds, and its history as one list, newest first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.i18n import Language
from api.sla_board import SlaPanel
from services.sla import StepKind, TargetChange


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a clock's history; `moved` are a promise's due times before and after."""

    at: datetime
    title: str
    tone: str
    who: str = ""
    note: str = ""
    told: tuple[str, ...] = ()
    moved: tuple[tuple[str, datetime | None, datetime | None], ...] = ()


TONES = {StepKind.MISSED: "incident", StepKind.ESCALATED: "incident", StepKind.ACKNOWLEDGED: "active"}


def history(panel: SlaPanel, language: Language) -> list[Entry]:
    """Changes of the targets and what was done about them."""
    return sorted([*_targets(panel, language), *_steps(panel, language)], key=lambda entry: entry.at, reverse=True)


def _targets(panel: SlaPanel, language: Language) -> Iterator[Entry]:
    words = labels(language)
    for line in panel.targets:
        title = words["sla_reasons"][line.reason.value]
        if line.old_priority not in {None, line.priority}:
            old, new = (words["sla_priorities"].get(name, name) for name in (line.old_priority, line.priority))
            title = f"{title}: {old} → {new}"
        note = words["sla_pauses"].get(line.note, line.note)
        yield Entry(line.at, title, "completed", line.who, note, moved=tuple(_moved(line, words)))


def _moved(line: TargetChange, words: dict[str, Any]) -> Iterator[tuple[str, datetime | None, datetime | None]]:
    if line.old_reply_due_at != line.reply_due_at:
        yield words["sla_promises"]["reply"], line.old_reply_due_at, line.reply_due_at
    if line.old_resolve_due_at != line.resolve_due_at:
        yield words["sla_promises"]["resolution"], line.old_resolve_due_at, line.resolve_due_at


def _steps(panel: SlaPanel, language: Language) -> Iterator[Entry]:
    words = labels(language)
    for step in panel.steps:
        title = f"{words['sla_steps'][step.kind.value]} · {words['sla_promises'][step.promise.value]} · {step.share} %"
        yield Entry(step.at, title, TONES.get(step.kind, ""), step.who, step.note, step.told)


def labels(language: Language) -> dict[str, Any]:
    """The words that the templates show for what the clocks hold."""
    _ = language.gettext
    return {
        "sla_states": {
            "missed": (_("Missed"), "bad"),
            "at_risk": (_("At risk"), "warn"),
            "paused": (_("Paused"), "info"),
            "on_time": (_("On time"), "good"),
            "kept": (_("Kept"), "good"),
        },
        "sla_promises": {"reply": _("First reply"), "resolution": _("Solution")},
        "sla_pauses": {
            "WAITING_FOR_CUSTOMER": _("Waiting for the customer"),
            "WAITING_FOR_SUPPLIER": _("Waiting for a supplier"),
            "WAITING_FOR_OTHERS": _("Waiting for others"),
        },
        "sla_reasons": {
            "STARTED": _("The clock was started"),
            "REOPENED": _("The work was taken up again"),
            "PRIORITY": _("The priority changed"),
            "PAUSED": _("The clock was stopped"),
            "RESUMED": _("The clock runs again"),
            "AGREEMENT": _("Another agreement or team"),
            "CALENDAR": _("The calendar changed"),
        },
        "sla_steps": {
            "REMINDED": _("Reminder"),
            "MISSED": _("Target missed"),
            "ESCALATED": _("Escalated"),
            "REASSIGNED": _("Passed on"),
            "ACKNOWLEDGED": _("Answered for"),
        },
        "sla_priorities": {
            "critical": _("Critical"),
            "high": _("High"),
            "normal": _("Normal"),
            "low": _("Low"),
        },
    }
