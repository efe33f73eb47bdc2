"""Everything behind pages and REST."""

from importlib.metadata import PackageNotFoundError, version

from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool

from api.change_room import ChangeRoom
from api.finance_room import FinanceRoom
from api.intake import TicketIntake
from api.services import ApiServices, ApiValues
from bootstrap.assistant_desk import assistant_desk
from bootstrap.audit import masked, snapshots
from bootstrap.background import background_tasks
from bootstrap.background_work import background_desk
from bootstrap.changes import change_desk
from bootstrap.connections import secret_key, ticket_desk
from bootstrap.crm import connection_room
from bootstrap.finance import accounting, finance
from bootstrap.identity import door
from bootstrap.learning import classifier_desk
from bootstrap.linting import EngineLinter
from bootstrap.mail import ticket_room
from bootstrap.notifications import notification_desk
from bootstrap.rate_limits import rate_limits
from bootstrap.readiness import why_no_database, why_no_gateway
from bootstrap.related import related_room
from bootstrap.reports import report_desk
from bootstrap.sla import sla_board
from history.queries import Queries
from services.audit import SqlAuditLog
from services.directories import SqlDirectories
from services.engine_runs import FolderEngineRuns
from services.modelling import SqlDrafts
from settings import Settings
from zeebe.client import ZeebeClient
from zeebe.publisher import ZeebeMessagePublisher


def api_services(settings: Settings, engine: Engine, client: ZeebeClient) -> ApiServices:
    """Everything behind pages and REST."""
    entry = door(settings, engine)

    async def database() -> str:
        return await run_in_threadpool(why_no_database, engine)

    async def gateway() -> str:
        return await why_no_gateway(client)

    return ApiServices(
        values=ApiValues(
            secret_key=secret_key(settings),
            templates=settings.home / "templates",
            static=settings.home / "static",
            translations=settings.home / "translations",
            language=settings.language,
            max_resource_bytes=settings.max_resource_bytes,
            version=_version(),
        ),
        identities=entry.of_tenant(None),
        sign_in_elsewhere=entry.elsewhere(),
        has_local_passwords=entry.provider is None or settings.keycloak_local_sign_in,
        queries=Queries(engine),
        zeebe=client,
        drafts=SqlDrafts(engine),
        linter=EngineLinter(settings.max_resource_bytes),
        intake=TicketIntake(ticket_desk(engine), ZeebeMessagePublisher(client)),
        engine_runs=FolderEngineRuns(settings.home / "processes"),
        assistant=assistant_desk(settings, engine),
        background=background_desk(settings, engine, background_tasks(settings)),
        classifier=classifier_desk(settings, engine),
        related=related_room(engine),
        reports=report_desk(settings, engine),
        sla=sla_board(engine, client),
        tickets=ticket_room(settings, engine),
        notifications=notification_desk(settings, engine),
        changes=ChangeRoom(change_desk(settings, engine, lambda: client), ZeebeMessagePublisher(client)),
        directories=SqlDirectories(engine),
        finance=FinanceRoom(finance(settings, engine), ZeebeMessagePublisher(client), accounting(settings)),
        connections=connection_room(settings, engine),
        limits=rate_limits(settings),
        audit=SqlAuditLog(engine),
        snapshots=snapshots(settings, engine),
        mask=masked,
        checks={"database": database, "gateway": gateway},
    )


def _version() -> str:
    try:
        return version("penstock")
    except PackageNotFoundError:
        return "checkout"
