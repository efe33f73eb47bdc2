"""An instance's timeline: everything that happened to it, in the order of the log."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from history.queries.reader import Reader, moment
from history.tables import element_instance, incident, instance_event, process_element, process_instance, user_task


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """Something that happened.

    `kind` is INSTANCE_STARTED, INSTANCE_COMPLETED, INSTANCE_CANCELED, ELEMENT_STARTED, ELEMENT_COMPLETED, ELEMENT_TERMINATED,
    INCIDENT_CREATED, INCIDENT_RESOLVED, USER_TASK_CREATED, USER_TASK_COMPLETED, USER_TASK_CANCELED or a kind of
    `instance_event`: JOB_FAILED, ERROR_THROWN, USER_TASK_ASSIGNED, MESSAGE_CORRELATED, TIMER_TRIGGERED, MODIFIED, MIGRATED …
    """

    at: datetime
    position: int
    kind: str
    element_id: str
    element_name: str
    element_type: str
    element_instance_key: int | None
    # The error message, the assignee, the message's name: what one line can say.
    detail: str


class TimelineQueries(Reader):
    """Timelines of one tenant's instances."""

    def timeline(self, process_instance_key: int) -> list[TimelineEntry]:
        """Everything that happened to an instance, oldest first; empty when it is unknown."""
        names = self._element_names(process_instance_key)
        entries = [
            *self._of_instance(process_instance_key),
            *self._of_elements(process_instance_key, names),
            *self._of_incidents(process_instance_key, names),
            *self._of_user_tasks(process_instance_key),
            *self._of_events(process_instance_key, names),
        ]
        return sorted(entries, key=lambda entry: entry.position)

    def _element_names(self, process_instance_key: int) -> dict[str, tuple[str, str]]:
        definition = select(process_instance.c.process_definition_key).where(
            self._mine(process_instance), process_instance.c.key == process_instance_key
        )
        columns = process_element.c
        rows = self._all(
            select(columns.element_id, columns.name, columns.element_type).where(columns.process_definition_key.in_(definition))
        )
        return {row.element_id: (row.name or row.element_id, row.element_type) for row in rows}

    def _of_instance(self, process_instance_key: int) -> list[TimelineEntry]:
        row = self._first(
            select(process_instance).where(self._mine(process_instance), process_instance.c.key == process_instance_key)
        )
        if row is None:
            return []
        process = (row.bpmn_process_id, row.bpmn_process_id, "PROCESS", row.key, "")
        entries = [TimelineEntry(moment(row.started_at), row.started_position, "INSTANCE_STARTED", *process)]
        if row.ended_position is not None:
            entries.append(TimelineEntry(moment(row.ended_at), row.ended_position, f"INSTANCE_{row.state}", *process))
        return entries

    def _of_elements(self, process_instance_key: int, names: dict[str, tuple[str, str]]) -> list[TimelineEntry]:
        columns = element_instance.c
        rows = self._all(
            select(element_instance).where(self._mine(element_instance), columns.process_instance_key == process_instance_key)
        )
        entries = []
        for row in rows:
            name, _type = names.get(row.element_id, (row.element_id, ""))
            element = (row.element_id, name, row.element_type, row.key, "")
            entries.append(TimelineEntry(moment(row.started_at), row.started_position, "ELEMENT_STARTED", *element))
            if row.ended_position is not None:
                entries.append(TimelineEntry(moment(row.ended_at), row.ended_position, f"ELEMENT_{row.state}", *element))
        return entries

    def _of_incidents(self, process_instance_key: int, names: dict[str, tuple[str, str]]) -> list[TimelineEntry]:
        rows = self._all(select(incident).where(self._mine(incident), incident.c.process_instance_key == process_instance_key))
        entries = []
        for row in rows:
            name, element_type = names.get(row.element_id, (row.element_id, ""))
            element = (row.element_id, name, element_type, row.element_instance_key)
            detail = f"{row.error_type}: {row.error_message}"
            entries.append(TimelineEntry(moment(row.created_at), row.created_position, "INCIDENT_CREATED", *element, detail))
            if row.resolved_position is not None:
                at = moment(row.resolved_at)
                entries.append(TimelineEntry(at, row.resolved_position, "INCIDENT_RESOLVED", *element, detail))
        return entries

    def _of_user_tasks(self, process_instance_key: int) -> list[TimelineEntry]:
        rows = self._all(
            select(user_task).where(self._mine(user_task), user_task.c.process_instance_key == process_instance_key)
        )
        entries = []
        for row in rows:
            element = (row.element_id, row.name or row.element_id, "USER_TASK", row.element_instance_key)
            entries.append(TimelineEntry(moment(row.created_at), row.created_position, "USER_TASK_CREATED", *element, ""))
            if row.ended_position is not None:
                kind = f"USER_TASK_{row.state}"
                entries.append(TimelineEntry(moment(row.ended_at), row.ended_position, kind, *element, row.assignee))
        return entries

    def _of_events(self, process_instance_key: int, names: dict[str, tuple[str, str]]) -> list[TimelineEntry]:
        columns = instance_event.c
        rows = self._all(
            select(instance_event).where(self._mine(instance_event), columns.process_instance_key == process_instance_key)
        )
        entries = []
        for row in rows:
            name, element_type = names.get(row.element_id, (row.element_id, ""))
            element = (row.element_id, name, element_type, row.element_instance_key)
            entries.append(TimelineEntry(moment(row.happened_at), row.position, row.kind, *element, row.detail))
        return entries
