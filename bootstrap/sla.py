"""Service levels: the desk and what its workers need of the house."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import Engine

from api.sla_board import SlaBoard
from bootstrap.connections import ticket_desk, zeebe_client
from bootstrap.identity import local_identities
from bootstrap.notifications import sql_notifications
from bootstrap.sla_notices import HouseNotices
from bootstrap.tenants import heard_tenants, in_each
from bootstrap.tracing import publisher
from history.queries import NotInHistory, Queries, UserTask, UserTaskFilter
from services.identity import DEFAULT_TENANT, Identities, Role
from services.sla import SlaDesk, SqlCalendars, SqlClockBook, SqlSkillBook
from settings import Settings
from workers.background import BackgroundTask
from workers.sla_escalation.desk_notes import DeskNotes
from workers.sla_escalation.every_worker import SlaPorts
from workers.sla_escalation.ports import Candidate, Notifier
from zeebe.client import ZeebeClient
from zeebe.errors import NotFound

log = structlog.get_logger(__name__)

OUTBOX_SECONDS = 5
ABANDONED_SECONDS = 300
ENDED = frozenset({"COMPLETED", "CANCELED", "TERMINATED"})
MOST_TASKS = 50


class WatchNotProjected(Exception):
    """The read models do not know the watching instance yet; the job is tried again."""


def sla_desk(engine: Engine, tenant_id: str = DEFAULT_TENANT) -> SlaDesk:
    return SlaDesk(SqlClockBook(engine, tenant_id=tenant_id), SqlCalendars(engine, tenant_id=tenant_id))


def sla_board(engine: Engine, client: ZeebeClient, tenant_id: str = DEFAULT_TENANT) -> SlaBoard:
    return SlaBoard(sla_desk(engine, tenant_id), SqlSkillBook(engine, tenant_id=tenant_id), publisher(client))


def notifier(settings: Settings, engine: Engine, tenant_id: str = DEFAULT_TENANT) -> Notifier:
    """Who tells people about reminders, missed targets and escalations."""
    return HouseNotices(sql_notifications(settings, engine, tenant_id), DeskNotes(ticket_desk(engine, tenant_id)))


def sla_ports(settings: Settings, engine: Engine, client: ZeebeClient, tenant_id: str = DEFAULT_TENANT) -> SlaPorts:
    queries = Queries(engine, tenant_id)
    return SlaPorts(
        desk=sla_desk(engine, tenant_id),
        skills=SqlSkillBook(engine, tenant_id=tenant_id),
        tasks=HistoryWorkTasks(queries, client),
        roster=AccountRoster(local_identities(settings, engine, tenant_id), queries),
        notifier=notifier(settings, engine, tenant_id),
    )


@dataclass(frozen=True, slots=True)
class HistoryWorkTasks:
    """`WorkTasks`: found in the read models, changed through the gateway."""

    queries: Queries
    client: ZeebeClient

    async def holder(self, process_instance_key: int) -> str | None:
        tasks = await asyncio.to_thread(self._open_tasks, process_instance_key)
        return next((task.assignee for task in tasks if task.assignee), None)

    async def pass_on(self, process_instance_key: int, to: str) -> bool:
        passed_on = False
        for task in await asyncio.to_thread(self._open_tasks, process_instance_key):
            try:
                if task.assignee != to:
                    await self.client.assign_user_task(task.key, to, allow_override=True)
            except NotFound:
                continue
            passed_on = True
        return passed_on

    async def move_due(self, process_instance_key: int, due_at: datetime | None) -> None:
        for task in await asyncio.to_thread(self._open_tasks, process_instance_key):
            try:
                # An empty text takes the date away.
                await self.client.update_user_task(task.key, due_date=due_at or "")
            except NotFound:
                continue

    def _open_tasks(self, process_instance_key: int) -> Sequence[UserTask]:
        """Tasks of the instance that called the watching one; of that one itself where nobody called it."""
        try:
            watch = self.queries.instance(process_instance_key)
        except NotInHistory as error:
            raise WatchNotProjected(f"the read models lack process instance {process_instance_key} yet") from error
        work = watch.parent_process_instance_key or process_instance_key
        return self.queries.user_tasks(UserTaskFilter(process_instance_key=work), limit=MOST_TASKS).items


@dataclass(frozen=True, slots=True)
class AccountRoster:
    """`TeamRoster`: the active staff accounts of a group, with the open tasks that are theirs."""

    identities: Identities
    queries: Queries

    async def candidates(self, team: str) -> Sequence[Candidate]:
        return await asyncio.to_thread(self._candidates, team)

    def _candidates(self, team: str) -> list[Candidate]:
        members = [
            account.username
            for account in self.identities.accounts()
            if account.is_active and team in account.groups and Role.STAFF in account.roles
        ]
        return [Candidate(name, self.queries.count_user_tasks(UserTaskFilter(assignee=name))) for name in members]


def sla_tasks(settings: Settings) -> list[BackgroundTask]:
    """What the clock starts for service levels."""

    def announce() -> int:
        def of_tenant(engine: Engine, tenant_id: str) -> int:
            return asyncio.run(_announce(settings, engine, tenant_id))

        return in_each(settings, of_tenant, whose=heard_tenants)

    def end_abandoned() -> int:
        def of_tenant(engine: Engine, tenant_id: str) -> int:
            return end_abandoned_clocks(sla_desk(engine, tenant_id), Queries(engine, tenant_id))

        return in_each(settings, of_tenant)

    return [
        BackgroundTask("sla.announce", announce, every_seconds=OUTBOX_SECONDS),
        BackgroundTask("sla.end_abandoned", end_abandoned, every_seconds=ABANDONED_SECONDS),
    ]


def end_abandoned_clocks(desk: SlaDesk, queries: Queries) -> int:
    """End clocks whose process instance was cancelled: nobody else would stop them."""
    ended = 0
    with desk.book.open() as pages:
        running = list(pages.running())
    for clock in running:
        try:
            instance = queries.instance(clock.process_instance_key)
        except NotInHistory:
            continue
        if instance.state in ENDED and instance.ended_at is not None:
            desk.end(clock.subject_id, instance.ended_at, "abandoned")
            ended += 1
    if ended:
        log.info("abandoned_clocks_ended", count=ended)
    return ended


async def _announce(settings: Settings, engine: Engine, tenant_id: str) -> int:
    async with zeebe_client(settings) as client:
        return await sla_desk(engine, tenant_id).publish_pending(publisher(client.of_tenant(tenant_id)))
