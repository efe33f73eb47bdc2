"""USER_TASK: work for people. The -ING intents announce; what counts is the past tense that follows."""

from collections.abc import Sequence
from datetime import UTC, datetime

import history.tables as t
from history.projections.batch import Batch, Wanted, as_json, clean, indexable, key_or_none
from history.projections.events import remember
from history.projections.rule import Rule, Rules
from history.projections.topics import USER_TASKS
from history.rows import UserTaskCandidateRow, UserTaskRow
from history.values import UserTaskValue
from zeebe.records import Record

CREATED, COMPLETED, CANCELED = "CREATED", "COMPLETED", "CANCELED"
GROUP, USER = "GROUP", "USER"


def created(batch: Batch, record: Record, value: UserTaskValue) -> None:
    _put(batch, record, value, _new_task(record, value))


def assigned(batch: Batch, record: Record, value: UserTaskValue) -> None:
    task = _known(batch, record, value)
    task.assignee = indexable(value.assignee)
    kind = "USER_TASK_ASSIGNED" if value.assignee else "USER_TASK_UNASSIGNED"
    _remember(batch, record, value, kind, task.assignee)
    _put(batch, record, value, task)


def updated(batch: Batch, record: Record, value: UserTaskValue) -> None:
    task = _known(batch, record, value)
    task.due_at = timestamp_of(value.due_date)
    task.follow_up_at = timestamp_of(value.follow_up_date)
    _remember(batch, record, value, "USER_TASK_UPDATED", ", ".join(value.changed_attributes))
    _put(batch, record, value, task)


def completed(batch: Batch, record: Record, value: UserTaskValue) -> None:
    _end(batch, record, value, COMPLETED).action = clean(value.action)


def canceled(batch: Batch, record: Record, value: UserTaskValue) -> None:
    _end(batch, record, value, CANCELED)


def migrated(batch: Batch, record: Record, value: UserTaskValue) -> None:
    task = _known(batch, record, value)
    task.process_definition_key = value.process_definition_key
    task.process_version = value.process_definition_version
    task.bpmn_process_id = value.bpmn_process_id
    task.element_id = value.element_id
    _put(batch, record, value, task)


def timestamp_of(date: str) -> int:
    """The moment of a date as Zeebe writes it: ISO 8601, with the zone's name behind it or without.

    A missing date never comes; neither does one that is no date, or that no calendar holds.
    """
    text, _bracket, _zone = date.partition("[")
    try:
        moment = datetime.fromisoformat(text)
        zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return round(zoned.timestamp() * 1000)
    except (ValueError, OverflowError):
        return t.NEVER


def _known(batch: Batch, record: Record, value: UserTaskValue) -> UserTaskRow:
    return batch.user_tasks.get(record.key) or _new_task(record, value)


def _end(batch: Batch, record: Record, value: UserTaskValue, state: str) -> UserTaskRow:
    task = _known(batch, record, value)
    task.state = state
    task.ended_at = record.timestamp
    task.ended_position = record.position
    batch.user_tasks.put(task)
    batch.topics[USER_TASKS] = record.position
    return task


def _put(batch: Batch, record: Record, value: UserTaskValue, task: UserTaskRow) -> None:
    """Store an open task: its names follow its definition, its candidates the record."""
    names = batch.names.of(batch.connection, task.process_definition_key)
    task.name = names.elements.get(task.element_id, "")
    task.candidate_groups = as_json(value.candidate_groups_list)
    task.candidate_users = as_json(value.candidate_users_list)
    searched = (task.name, task.element_id, names.process, task.bpmn_process_id, task.assignee)
    task.search_text = clean("\n".join(dict.fromkeys(part for part in searched if part))).casefold()
    batch.candidates[task.key] = [
        *_candidates(task, GROUP, value.candidate_groups_list),
        *_candidates(task, USER, value.candidate_users_list),
    ]
    batch.user_tasks.put(task)
    batch.topics[USER_TASKS] = record.position


def _candidates(task: UserTaskRow, kind: str, names: Sequence[str]) -> list[UserTaskCandidateRow]:
    return [UserTaskCandidateRow(task.key, kind, indexable(name), task.tenant_id) for name in dict.fromkeys(names)]


def _new_task(record: Record, value: UserTaskValue) -> UserTaskRow:
    return UserTaskRow(
        record.key,
        value.tenant_id,
        CREATED,
        "",
        value.element_id,
        value.element_instance_key,
        value.bpmn_process_id,
        value.process_definition_key,
        value.process_definition_version,
        value.process_instance_key,
        indexable(value.assignee),
        "[]",
        "[]",
        timestamp_of(value.due_date),
        timestamp_of(value.follow_up_date),
        key_or_none(value.form_key),
        clean(value.external_form_reference),
        as_json(value.custom_headers),
        "",
        record.timestamp,
        None,
        record.position,
        None,
        "",
    )


def _remember(batch: Batch, record: Record, value: UserTaskValue, kind: str, detail: str) -> None:
    remember(
        batch,
        record,
        kind,
        detail,
        tenant_id=value.tenant_id,
        process_instance_key=value.process_instance_key,
        element_instance_key=value.element_instance_key,
        element_id=value.element_id,
    )


def _want_new(wanted: Wanted, record: Record, _value: UserTaskValue) -> None:
    wanted.creates(record.key)


def _want_own(wanted: Wanted, record: Record, _value: UserTaskValue) -> None:
    wanted.needs(t.user_task, record.key)


RULES: Rules = {
    ("USER_TASK", "CREATED"): Rule(UserTaskValue, created, _want_new),
    ("USER_TASK", "ASSIGNED"): Rule(UserTaskValue, assigned, _want_own),
    ("USER_TASK", "UPDATED"): Rule(UserTaskValue, updated, _want_own),
    ("USER_TASK", "COMPLETED"): Rule(UserTaskValue, completed, _want_own),
    ("USER_TASK", "CANCELED"): Rule(UserTaskValue, canceled, _want_own),
    ("USER_TASK", "MIGRATED"): Rule(UserTaskValue, migrated, _want_own),
}
