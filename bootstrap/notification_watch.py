"""Events that nobody tells because nobody is there when they happen: read from the read models and business tables.

Each look begins a minute before the last one ended, because rows may be committed late; the request id, made of what is told,
keeps anybody from hearing twice. The first look only remembers the hour, so an installation that is upgraded floods nobody.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, select

from bootstrap.notification_watch_work import tell_of_failed_tasks, tell_of_waiting_changes
from history.tables import incident, instance_event, process_definition, process_element, user_task
from services.identity import DEFAULT_TENANT, Role
from services.notifications import Event, Notifications, person, role
from services.notifications.moments import from_ms, system_clock, to_ms
from services.notifications.telegram_linking import keep, kept
from services.reports import RunState
from services.reports.tables import report_run
from services.reports.titles import title_of

LOOKED_UNTIL = "watch_looked_until"
OVERLAP = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Watch:
    """Tells one tenant of tasks that came with an assignee, incidents, ready reports, changes to approve and failed tasks."""

    engine: Engine
    notifications: Notifications
    clock: Callable[[], datetime] = system_clock
    tenant_id: str = DEFAULT_TENANT

    def look(self) -> int:
        """Tell what is new, and return how many people were told of something."""
        now = self.clock()
        with self.engine.begin() as connection:
            before = kept(connection, self._looked_until)
            if before is None:
                keep(connection, self._looked_until, str(to_ms(now)))
                return 0
        since = to_ms(from_ms(int(before)) - OVERLAP)
        told = self._assigned_tasks(since) + self._incidents(since) + self._reports(since)
        told += tell_of_waiting_changes(self.engine, self.notifications, since, self.tenant_id)
        told += tell_of_failed_tasks(self.engine, self.notifications, since, self.tenant_id)
        with self.engine.begin() as connection:
            keep(connection, self._looked_until, str(to_ms(now)))
        return told

    @property
    def _looked_until(self) -> str:
        return LOOKED_UNTIL if self.tenant_id == DEFAULT_TENANT else f"{LOOKED_UNTIL}:{self.tenant_id}"

    def _assigned_tasks(self, since: int) -> int:
        """Tasks that the process gave to somebody; who claims one knows it already."""
        handed_over = select(instance_event.c.element_instance_key).where(
            instance_event.c.process_instance_key == user_task.c.process_instance_key,
            instance_event.c.kind == "USER_TASK_ASSIGNED",
            instance_event.c.element_instance_key.is_not(None),
        )
        found = (
            select(user_task.c.key, user_task.c.name, user_task.c.element_id, user_task.c.assignee, process_definition.c.name)
            .join(process_definition, process_definition.c.key == user_task.c.process_definition_key, isouter=True)
            .where(
                user_task.c.tenant_id == self.tenant_id,
                user_task.c.state == "CREATED",
                user_task.c.created_at >= since,
                user_task.c.assignee != "",
                user_task.c.element_instance_key.not_in(handed_over),
            )
        )
        with self.engine.connect() as connection:
            rows = connection.execute(found).all()
        told = 0
        for key, name, element_id, assignee, process in rows:
            values = {"task": name or element_id, "process": process or ""}
            told += self.notifications.notify(
                Event.TASK_ASSIGNED, [person(assignee)], f"task:{key}", values, f"task:{key}:created"
            )
        return told

    def _incidents(self, since: int) -> int:
        """Once an hour for each place and kind of trouble: a thousand instances that fail alike are one piece of news."""
        found = (
            select(incident, process_definition.c.name.label("process"), process_element.c.name.label("element"))
            .join(process_definition, process_definition.c.key == incident.c.process_definition_key, isouter=True)
            .join(
                process_element,
                (process_element.c.process_definition_key == incident.c.process_definition_key)
                & (process_element.c.element_id == incident.c.element_id),
                isouter=True,
            )
            .where(incident.c.tenant_id == self.tenant_id, incident.c.state == "OPEN", incident.c.created_at >= since)
            .order_by(incident.c.created_at)
        )
        with self.engine.connect() as connection:
            rows = connection.execute(found).all()
        news = {(row.bpmn_process_id, row.element_id, row.error_type, _hour(row.created_at)): row for row in reversed(rows)}
        told = 0
        for place, row in news.items():
            process = row.process or row.bpmn_process_id
            values = {"process": process, "element": row.element or row.element_id, "error_type": row.error_type}
            told += self.notifications.notify(
                Event.INCIDENT_RAISED,
                [role(Role.OPERATOR.value)],
                f"instance:{row.process_instance_key}",
                values,
                f"incident:{':'.join(place)}",
            )
        return told

    def _reports(self, since: int) -> int:
        mine = (report_run.c.tenant_id == self.tenant_id, report_run.c.state == RunState.DONE)
        ready = select(report_run).where(*mine, report_run.c.ended_at >= since)
        with self.engine.connect() as connection:
            rows = connection.execute(ready).all()
        return sum(
            self.notifications.notify(
                Event.REPORT_READY,
                [person(row.requested_by)],
                f"report:{row.run_id}",
                {
                    "report": f"{title_of(row.report, row.language)}, {row.first_day} – {row.last_day}",
                    "format": row.format.upper(),
                },
                f"report:{row.run_id}:done",
            )
            for row in rows
        )


def _hour(milliseconds: int) -> str:
    return from_ms(milliseconds).astimezone(UTC).strftime("%Y-%m-%dT%H")
