"""What must hold of a record stream and a ledger after any number of kills."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.integration.gateway.kill_load import Ledger
from zeebe.records import Record

# Events that happen to a key once, whatever else happens.
ONCE = {
    ("PROCESS_INSTANCE_CREATION", "CREATED"),
    *(("PROCESS_INSTANCE", f"ELEMENT_{state}") for state in ("ACTIVATING", "ACTIVATED", "COMPLETING", "COMPLETED")),
    *(("PROCESS_INSTANCE", f"ELEMENT_{state}") for state in ("TERMINATING", "TERMINATED")),
    *(("JOB", intent) for intent in ("CREATED", "COMPLETED", "CANCELED")),
    *(("TIMER", intent) for intent in ("CREATED", "TRIGGERED", "CANCELED")),
    *(("INCIDENT", intent) for intent in ("CREATED", "RESOLVED")),
    *(("MESSAGE", intent) for intent in ("PUBLISHED", "EXPIRED")),
    ("PROCESS_MESSAGE_SUBSCRIPTION", "CORRELATED"),
    ("VARIABLE", "CREATED"),
}


@dataclass
class Story:
    """The record stream, counted."""

    events: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    instances: dict[str, list[int]] = field(default_factory=dict)
    message_ids: Counter[str] = field(default_factory=Counter)
    variables: Counter[tuple[int, str]] = field(default_factory=Counter)
    open_incidents: dict[int, int] = field(default_factory=dict)

    def has(self, value_type: str, intent: str, key: int) -> bool:
        return self.events[value_type, intent, key] == 1


def tell(records: list[Record]) -> Story:
    story = Story()
    for record in records:
        if not record.is_event:
            continue
        story.events[record.value_type, record.intent, record.key] += 1
        value: Any = record.value
        match record.value_type, record.intent:
            case "VARIABLE", "CREATED":
                story.variables[value["scopeKey"], value["name"]] += 1
                if value["name"] == "ticket":
                    story.instances.setdefault(value["value"].strip('"'), []).append(value["processInstanceKey"])
            case "MESSAGE", "PUBLISHED":
                story.message_ids[value["messageId"]] += 1
            case "INCIDENT", "CREATED":
                story.open_incidents[value["jobKey"]] = record.key
            case "INCIDENT", "RESOLVED":
                story.open_incidents.pop(value["jobKey"], None)
            case _:
                pass
    return story


def nothing_was_done_twice(story: Story) -> None:
    twice = {event: count for event, count in story.events.items() if count > 1 and event[:2] in ONCE}
    assert twice == {}
    assert {ticket: keys for ticket, keys in story.instances.items() if len(keys) > 1} == {}
    assert {name: count for name, count in story.message_ids.items() if count > 1} == {}
    assert {name: count for name, count in story.variables.items() if count > 1} == {}


def everything_acknowledged_happened(story: Story, ledger: Ledger) -> None:
    assert {ticket: key for ticket, key in ledger.created.items() if story.instances.get(ticket) != [key]} == {}
    assert [key for key in ledger.completed_jobs if not story.has("JOB", "COMPLETED", key)] == []
    assert [key for key in ledger.failed_jobs if not story.events["JOB", "FAILED", key]] == []
    assert [key for key in ledger.resolved if not story.has("INCIDENT", "RESOLVED", key)] == []
    assert [key for key, _ in ledger.published.values() if not story.has("MESSAGE", "PUBLISHED", key)] == []
    assert [key for key in ledger.cancelled if not story.has("PROCESS_INSTANCE", "ELEMENT_TERMINATED", key)] == []
    notes = [(instance, name) for instance, names in ledger.notes.items() for name in names]
    assert [note for note in notes if story.variables[note] != 1] == []


def nothing_happened_unasked(story: Story, ledger: Ledger) -> None:
    assert set(story.instances) <= set(ledger.tickets)
    assert {name for name in story.message_ids if not name.startswith("last-")} <= set(ledger.message_ids)
    ended = {key for (_, intent, key) in story.events if intent == "ELEMENT_TERMINATED"}
    assert {key for keys in story.instances.values() for key in keys if key in ended} <= ledger.maybe_cancelled


def every_instance_ended(story: Story) -> None:
    ends = {
        key: story.events["PROCESS_INSTANCE", "ELEMENT_COMPLETED", key]
        + story.events["PROCESS_INSTANCE", "ELEMENT_TERMINATED", key]
        for keys in story.instances.values()
        for key in keys
    }
    assert {key: count for key, count in ends.items() if count != 1} == {}


def positions_have_no_unexplained_gap(records: list[Record]) -> None:
    """A position without a record is that of a command, which the records that follow from it name as their source."""
    positions = [record.position for record in records]
    assert positions == sorted(set(positions))
    present = set(positions)
    sources = {record.source_record_position for record in records}
    missing = set(range(1, positions[-1] + 1)) - present
    assert sorted(missing - sources)[:20] == []


def the_last_jobs_saw_all_that_was_set(seen: dict[str, dict[str, Any]], ledger: Ledger) -> None:
    for ticket, variables in seen.items():
        wanted = ledger.notes.get(ledger.created.get(ticket, -1), [])
        assert [name for name in wanted if variables.get(name) is not True] == []
