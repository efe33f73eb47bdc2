"""What Celery runs."""

import asyncio
from datetime import timedelta

from sqlalchemy import Engine

from bootstrap import (
    background_work,
    backups,
    changes,
    cluster,
    crm,
    finance,
    knowledge,
    learning,
    related,
    report_tasks,
    silent_sessions,
    tenant_models,
)
from bootstrap.connections import identities, open_database, ticket_desk, zeebe_client
from bootstrap.mail import background_tasks as mail_tasks
from bootstrap.notifications import notification_tasks
from bootstrap.partitions import partition_tasks
from bootstrap.sla import sla_tasks
from bootstrap.tenants import heard_tenants, in_each
from bootstrap.tracing import publisher
from settings import Settings
from workers.background import BackgroundTask

OUTBOX_SECONDS = 5
# Who takes tickets in announces them at once; what is older was left to us. Both at it would do everything twice.
LEFT_BEHIND = timedelta(seconds=2)
SESSIONS_SECONDS = 3600


def background_tasks(settings: Settings) -> list[BackgroundTask]:
    """What Celery runs."""

    def announce_tickets() -> int:
        def of_tenant(engine: Engine, tenant_id: str) -> int:
            return asyncio.run(_announce_tickets(settings, engine, tenant_id))

        return in_each(settings, of_tenant, whose=heard_tenants)

    def forget_ended_sessions() -> int:
        with open_database(settings) as engine:
            return identities(settings, engine).forget_ended_sessions()

    return [
        BackgroundTask("tickets.announce", announce_tickets, every_seconds=OUTBOX_SECONDS),
        BackgroundTask("sessions.forget", forget_ended_sessions, every_seconds=SESSIONS_SECONDS),
        *silent_sessions.background_tasks(settings),
        *report_tasks.background_tasks(settings),
        *sla_tasks(settings),
        *background_work.background_tasks(settings),
        *cluster.background_tasks(settings),
        *mail_tasks(settings),
        *notification_tasks(settings),
        *changes.background_tasks(settings),
        *finance.background_tasks(settings),
        *crm.background_tasks(settings),
        *knowledge.background_tasks(settings),
        *learning.background_tasks(settings),
        *related.background_tasks(settings),
        *tenant_models.background_tasks(settings),
        *partition_tasks(settings),
        *backups.background_tasks(settings),
    ]


async def _announce_tickets(settings: Settings, engine: Engine, tenant_id: str) -> int:
    async with zeebe_client(settings) as client:
        told = publisher(client.of_tenant(tenant_id))
        return await ticket_desk(engine, tenant_id).publish_pending(told, older_than=LEFT_BEHIND)
