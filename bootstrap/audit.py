"""The audit log with its snapshots, and the task that follows its chain."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from sqlalchemy import Engine

from api.auditing import Snapshots
from bootstrap.connections import open_database, ticket_desk
from bootstrap.identity import local_identities
from history.database import EVERY_TENANT, for_tenant
from services.audit import AuditEntry, Deed, SqlAuditLog, verify
from services.crm import TicketUnknown
from services.identity import DEFAULT_TENANT, AccountNotFound
from services.monitoring import Metrics
from services.personal_data import mask
from settings import Settings
from workers.background import BackgroundTask

log = structlog.get_logger(__name__)
VERIFY_SECONDS = 6 * 3600
_OF_A_TICKET = ("status", "category", "priority", "team", "outcome", "rating")


class HouseAuditLog(SqlAuditLog):
    """The one log of the installation: whoever's deed is added, it follows the newest entry of all tenants."""

    def append(self, deed: Deed) -> AuditEntry:
        with for_tenant(EVERY_TENANT):
            return super().append(deed)


def masked(text: str) -> str:
    return mask(text).text


def snapshots(settings: Settings, engine: Engine, tenant_id: str = DEFAULT_TENANT) -> Snapshots:
    """What is looked at before and after: things of the business tables, without what is personal in them."""
    accounts, desk = local_identities(settings, engine, tenant_id), ticket_desk(engine, tenant_id)

    def account(key: str) -> Mapping[str, Any] | None:
        return _fields(lambda: accounts.account(key), ("username", "roles", "groups", "language", "is_active"))

    def ticket(key: str) -> Mapping[str, Any] | None:
        return _fields(lambda: desk.get(key), _OF_A_TICKET)

    return {"accounts": account, "tickets": ticket}


def _fields(read: Callable[[], Any], names: tuple[str, ...]) -> Mapping[str, Any] | None:
    try:
        found = dataclasses.asdict(read())
    except (AccountNotFound, TicketUnknown):
        return None
    return {name: found[name] for name in names}


def audit_tasks(settings: Settings, metrics: Metrics) -> list[BackgroundTask]:
    def follow() -> None:
        with open_database(settings) as engine:
            found = verify(SqlAuditLog(engine).entries())
        metrics.audited(found.entries, found.breaks)
        # The head in a log that is kept elsewhere also shows entries that are cut off at the end.
        log.info("audit_verified", entries=found.entries, head=found.head, breaks=found.breaks, first_break=found.first_break)

    return [BackgroundTask("audit.verify", follow, every_seconds=VERIFY_SECONDS)]
