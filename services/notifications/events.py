"""What people may be told about: each event, the values it carries, and how it is treated unless somebody wishes otherwise.

A new event is a member of `Event`, a line in `EVENTS` and a wording in `templates/mail/events/`; nothing else lists them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

MAX_TEXT = 300


class Event(StrEnum):
    TASK_ASSIGNED = "task_assigned"
    SLA_REMINDER = "sla_reminder"
    SLA_BREACHED = "sla_breached"
    ESCALATED = "escalated"
    TICKET_REPLY_NEEDED = "ticket_reply_needed"
    CHANGE_SET_WAITING = "change_set_waiting"
    REPORT_READY = "report_ready"
    MONTH_LOCKED = "month_locked"
    UNLOCK_ASKED = "unlock_asked"
    INCIDENT_RAISED = "incident_raised"
    BACKGROUND_FAILED = "background_failed"
    # These two are about an address itself: they are sent to it whatever its owner prefers.
    ADDRESS_CHECK = "address_check"
    ADDRESS_TEST = "address_test"


class ChannelName(StrEnum):
    EMAIL = "email"
    TELEGRAM = "telegram"
    PUSH = "push"
    WEBHOOK = "webhook"


class Mode(StrEnum):
    """How somebody wants to hear of an event by a channel; only e-mail knows digests."""

    OFF = "off"
    NOW = "now"
    DIGEST = "digest"


class InvalidValues(ValueError):
    """The values of an event are not those it carries; the text names each wrong one, never what it holds."""


def _one_line(value: object) -> object:
    return " ".join(value.split())[:MAX_TEXT] if isinstance(value, str) else value


# Texts that people wrote elsewhere: one line, cut, so that none can break a header or fill a screen.
type Line = Annotated[str, BeforeValidator(_one_line)]


class Values(BaseModel):
    """What an event carries beside the key of its subject."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class TaskAssigned(Values):
    task: Line
    process: Line = ""


class SlaReminder(Values):
    """`target` is what was promised: `reply` or `resolution`."""

    target: Line
    percent: int = Field(ge=1, le=100)
    due_at: datetime
    summary: Line = ""


class SlaBreached(Values):
    target: Line
    due_at: datetime
    summary: Line = ""


class Escalated(Values):
    """To whom it went: a team lead is level 1, a manager 2."""

    level: int = Field(default=1, ge=1, le=9)
    reason: Line = ""
    summary: Line = ""


class TicketReplyNeeded(Values):
    summary: Line = ""


class ChangeSetWaiting(Values):
    summary: Line
    items: int = Field(ge=1)
    author: Line = ""


class ReportReady(Values):
    report: Line
    format: Line = ""


class MonthLocked(Values):
    """`month` as 2026-11."""

    month: Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
    locked_by: Line = ""


class UnlockAsked(Values):
    """`month` as 2026-11."""

    month: Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
    asked_by: Line
    reason: Line = ""


class IncidentRaised(Values):
    process: Line
    element: Line = ""
    error_type: Line = ""


class BackgroundFailed(Values):
    task: Line
    reason: Line = ""


class AddressCheck(Values):
    code: Annotated[str, Field(pattern=r"^\d{6}$")]


class AddressTest(Values):
    pass


_MAIL = MappingProxyType({ChannelName.EMAIL: Mode.NOW})
_DIGEST = MappingProxyType({ChannelName.EMAIL: Mode.DIGEST})


@dataclass(frozen=True, slots=True)
class EventKind:
    """`is_urgent` passes quiet hours. What `defaults` does not name is on, for who has linked such a channel."""

    values: type[Values]
    is_urgent: bool = False
    defaults: Mapping[ChannelName, Mode] = field(default_factory=lambda: _MAIL)
    # About an address of its owner's: neither listed, nor chosen, nor held.
    is_personal: bool = False


EVENTS: Mapping[Event, EventKind] = MappingProxyType(
    {
        Event.TASK_ASSIGNED: EventKind(TaskAssigned),
        Event.SLA_REMINDER: EventKind(SlaReminder),
        Event.SLA_BREACHED: EventKind(SlaBreached, is_urgent=True),
        Event.ESCALATED: EventKind(Escalated, is_urgent=True),
        Event.TICKET_REPLY_NEEDED: EventKind(TicketReplyNeeded),
        Event.CHANGE_SET_WAITING: EventKind(ChangeSetWaiting),
        Event.REPORT_READY: EventKind(ReportReady, defaults=_DIGEST),
        Event.MONTH_LOCKED: EventKind(MonthLocked),
        Event.UNLOCK_ASKED: EventKind(UnlockAsked),
        Event.INCIDENT_RAISED: EventKind(IncidentRaised, defaults=_DIGEST),
        Event.BACKGROUND_FAILED: EventKind(BackgroundFailed, is_urgent=True),
        Event.ADDRESS_CHECK: EventKind(AddressCheck, is_urgent=True, is_personal=True),
        Event.ADDRESS_TEST: EventKind(AddressTest, is_urgent=True, is_personal=True),
    }
)
CHOSEN_EVENTS = tuple(event for event, kind in EVENTS.items() if not kind.is_personal)


def checked(event: Event, values: Mapping[str, Any]) -> Values:
    """The values of an event.

    Raises:
        InvalidValues: they are not what it carries.
    """
    try:
        return EVENTS[event].values.model_validate(values)
    except ValidationError as error:
        found = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors(include_input=False))
        raise InvalidValues(f"{event.value} cannot be told: {found}") from None


def default_mode(event: Event, channel: ChannelName) -> Mode:
    return EVENTS[event].defaults.get(channel, Mode.NOW)
