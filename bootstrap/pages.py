"""Everything behind pages and REST, for each tenant over its own rows."""

from dataclasses import replace
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool

from api.change_room import ChangeRoom
from api.finance_room import FinanceRoom
from api.intake import TicketIntake
from api.services import ApiServices, ApiValues
from bootstrap.aggregates import CachedQueries, aggregate_cache
from bootstrap.assistant_desk import assistant_desk
from bootstrap.audit import HouseAuditLog, masked, snapshots
from bootstrap.background import background_tasks
from bootstrap.background_work import background_desk, why_no_queue
from bootstrap.changes import change_desk
from bootstrap.connections import record_source, secret_key, ticket_desk
from bootstrap.crm import connection_room, own_book
from bootstrap.finance import accounting, close_notifier, finance
from bootstrap.identity import door
from bootstrap.importing import EngineImporter
from bootstrap.learning import classifier_desk
from bootstrap.linting import EngineLinter
from bootstrap.mail import ticket_room
from bootstrap.notifications import notification_desk
from bootstrap.privacy import privacy_desk
from bootstrap.rate_limits import rate_limits
from bootstrap.readiness import why_behind, why_no_database, why_no_gateway
from bootstrap.related import related_room
from bootstrap.reports import report_desk
from bootstrap.sla import sla_board
from bootstrap.tenant_models import tenant_publisher
from history.queries import Queries
from services.directories import SqlDirectories
from services.engine_runs import FolderEngineRuns
from services.identity import DEFAULT_TENANT, Identities
from services.modelling import SqlDrafts
from services.presence import InMemoryPresence, Presence, SharedPresence
from settings import Settings
from zeebe.client import ZeebeClient

# Tenants whose adapters are at hand.
MAX_TENANTS = 256


def api_services(settings: Settings, engine: Engine, client: ZeebeClient) -> ApiServices:
    """Everything behind pages and REST."""
    entry = door(settings, engine)
    values, records = _values(settings), record_source(settings, engine)

    async def database() -> str:
        return await run_in_threadpool(why_no_database, engine)

    async def gateway() -> str:
        return await why_no_gateway(client)

    async def read_models() -> str:
        return await why_behind(records, Queries(engine))

    async def background() -> str:
        return await run_in_threadpool(why_no_queue, settings)

    def services_of(tenant_id: str, accounts: Identities) -> ApiServices:
        zeebe = client.of_tenant(tenant_id)
        return replace(
            tenant_services(settings, engine, zeebe, values, tenant_id, accounts),
            sign_in_elsewhere=entry.elsewhere(),
            has_local_passwords=entry.provider is None or settings.keycloak_local_sign_in,
        )

    @lru_cache(MAX_TENANTS)
    def of_tenant(tenant_id: str) -> ApiServices:
        """Adapters over one tenant's rows; they keep nothing, so a forgotten one is made again."""
        return services_of(tenant_id, entry.of_tenant(tenant_id))

    return replace(
        services_of(DEFAULT_TENANT, entry.of_tenant(None)),
        of_tenant=of_tenant,
        checks={"database": database, "gateway": gateway},
        late={"read_models": read_models, "background": background},
        closing=(entry.close,),
    )


def tenant_services(
    settings: Settings, engine: Engine, client: ZeebeClient, values: ApiValues, tenant_id: str, accounts: Identities
) -> ApiServices:
    """The ports over one tenant's rows."""
    messages = tenant_publisher(settings, engine, client, tenant_id)
    return ApiServices(
        values=values,
        identities=accounts,
        queries=CachedQueries(engine, aggregate_cache(settings), tenant_id),
        zeebe=client,
        drafts=SqlDrafts(engine, tenant_id=tenant_id),
        linter=EngineLinter(settings.max_resource_bytes),
        importer=EngineImporter(settings.max_resource_bytes),
        intake=TicketIntake(ticket_desk(engine, tenant_id), messages),
        engine_runs=FolderEngineRuns(settings.home / "processes"),
        assistant=assistant_desk(settings, engine, tenant_id),
        reports=report_desk(settings, engine, tenant_id),
        background=background_desk(settings, engine, background_tasks(settings), tenant_id),
        classifier=classifier_desk(settings, engine, tenant_id),
        related=related_room(engine, tenant_id),
        finance=FinanceRoom(
            finance(settings, engine, tenant_id),
            messages,
            accounting(settings, tenant_id),
            close_notifier(settings, engine, tenant_id),
        ),
        connections=connection_room(settings, engine, tenant_id),
        own_crm=own_book(engine, tenant_id),
        limits=rate_limits(settings),
        audit=HouseAuditLog(engine),
        privacy=privacy_desk(settings, engine, tenant_id),
        snapshots=snapshots(settings, engine, tenant_id),
        mask=masked,
        sla=sla_board(engine, client, tenant_id),
        tickets=ticket_room(settings, engine, tenant_id),
        notifications=notification_desk(settings, engine, tenant_id),
        changes=ChangeRoom(change_desk(settings, engine, lambda: client, tenant_id), messages),
        directories=SqlDirectories(engine, tenant_id=tenant_id),
        presence=_presence(settings.web_processes, settings.data_dir),
    )


@lru_cache
def _presence(processes: int, folder: Path) -> Presence:
    """One for all tenants: a task's key is its own in the whole installation."""
    return InMemoryPresence() if processes == 1 else SharedPresence(folder / "presence.db")


def _values(settings: Settings) -> ApiValues:
    return ApiValues(
        secret_key=secret_key(settings),
        templates=settings.home / "templates",
        static=settings.home / "static",
        translations=settings.home / "translations",
        language=settings.language,
        max_resource_bytes=settings.max_resource_bytes,
        version=_version(),
    )


def _version() -> str:
    try:
        return version("penstock")
    except PackageNotFoundError:
        return "checkout"
