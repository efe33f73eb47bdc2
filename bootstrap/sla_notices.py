"""Notices of service levels, told by the house's notifications and noted on the ticket."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services import notifications as told
from services.notifications.recipients import RecipientKind
from workers.sla_escalation.desk_notes import DeskNotes
from workers.sla_escalation.ports import Recipient


@dataclass(frozen=True, slots=True)
class HouseNotices:
    """`Notifier`: both parts know the request id, so a repeated call tells and notes nothing twice."""

    notifications: told.Notifications
    desk_notes: DeskNotes

    async def notify(
        self, event: str, recipients: Sequence[Recipient], subject_key: str, values: Mapping[str, Any], request_id: str
    ) -> None:
        people = [told.Recipient(RecipientKind(one.audience.value), one.name) for one in recipients]
        kind, carried = _as_event(event, values)
        await asyncio.to_thread(self.notifications.notify, kind, people, subject_key, carried, request_id)
        await self.desk_notes.notify(event, recipients, subject_key, values, request_id)


def _as_event(event: str, values: Mapping[str, Any]) -> tuple[told.Event, dict[str, Any]]:
    summary = values.get("subject", "")
    match event:
        case "sla_reminder":
            due = {"target": values["promise"], "percent": values["share"], "due_at": values["due_at"]}
            return told.Event.SLA_REMINDER, {**due, "summary": summary}
        case "sla_breached":
            missed = {"target": values["promise"], "due_at": values["due_at"], "summary": summary}
            return told.Event.SLA_BREACHED, missed
        case "sla_escalated":
            return told.Event.ESCALATED, {"level": values["level"], "summary": summary}
        case "sla_reassigned":
            return told.Event.TASK_ASSIGNED, {"task": summary or "?"}
        case _:
            raise LookupError(f"no notification is made of the event {event!r}")
