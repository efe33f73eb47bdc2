"""Change sets: the desk, who applies items, and every system that is connected."""

import asyncio
from collections.abc import Callable

from sqlalchemy import Engine

from bootstrap.change_targets import DirectoryTarget, InstanceTarget, TicketTarget, VariableTarget
from bootstrap.connections import zeebe_client
from bootstrap.crm import ConnectedTargets, crm_factory
from bootstrap.notifications import outgoing_policy
from bootstrap.tenants import heard_tenants, in_each
from bootstrap.tracing import publisher
from history.queries import Queries
from services import tracing
from services.changes import ChangeApplier, ChangeDesk, ChangeTarget, ChangeTargets, SqlChangeLedger
from services.changes.http_target import HttpJsonTarget, guarded
from services.crm.amending import SqlTicketAmendments
from services.directories import SqlDirectories
from services.identity import DEFAULT_TENANT
from settings import Settings
from workers.background import BackgroundTask
from zeebe.client import ZeebeClient

# A decision is announced at once; this often it is looked for what that missed.
ANNOUNCE_SECONDS = 5


def change_targets(
    settings: Settings, engine: Engine, client: Callable[[], ZeebeClient], tenant_id: str = DEFAULT_TENANT
) -> ChangeTargets:
    """Every system whose records can be changed, by the name that items give."""
    by_system: dict[str, ChangeTarget] = {
        "directories": DirectoryTarget(SqlDirectories(engine, tenant_id=tenant_id)),
        "tickets": TicketTarget(SqlTicketAmendments(engine, tenant_id=tenant_id)),
        "variables": VariableTarget(Queries(engine, tenant_id), client),
        "instances": InstanceTarget(Queries(engine, tenant_id), client),
    }
    # The systems that the settings name are the default tenant's.
    own = settings.change_http_targets if tenant_id == DEFAULT_TENANT else {}
    for name, base_url in own.items():
        token = settings.change_http_tokens.get(name)
        by_system[name] = HttpJsonTarget(
            base_url, token.get_secret_value() if token else "", guarded(outgoing_policy(settings))
        )
    return ChangeTargets(ConnectedTargets(by_system, crm_factory(settings, engine), tenant_id))


def change_desk(
    settings: Settings, engine: Engine, client: Callable[[], ZeebeClient], tenant_id: str = DEFAULT_TENANT
) -> ChangeDesk:
    targets = change_targets(settings, engine, client, tenant_id)
    return ChangeDesk(SqlChangeLedger(engine, tenant_id=tenant_id), targets, carried=tracing.variables)


def change_applier(desk: ChangeDesk) -> ChangeApplier:
    return ChangeApplier(desk.ledger, desk.targets)


def background_tasks(settings: Settings) -> list[BackgroundTask]:
    def announce_changes() -> int:
        def of_tenant(engine: Engine, tenant_id: str) -> int:
            return asyncio.run(_announce_changes(settings, engine, tenant_id))

        return in_each(settings, of_tenant, whose=heard_tenants)

    return [BackgroundTask("changes.announce", announce_changes, every_seconds=ANNOUNCE_SECONDS)]


async def _announce_changes(settings: Settings, engine: Engine, tenant_id: str) -> int:
    async with zeebe_client(settings) as client:
        desk = ChangeDesk(SqlChangeLedger(engine, tenant_id=tenant_id), ChangeTargets({}))
        return await desk.announce(publisher(client.of_tenant(tenant_id)))
