"""The shipped models for every tenant: definitions are a tenant's own, and one without any could start nothing.

`penstock up` deploys them for all tenants there are. Tenants that come later (a first account is made, somebody signs in by a
new group of Keycloak's) get them from a task of the clock: whatever way they came, nobody has to think of it, and no sign-in
waits for it.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import structlog
from sqlalchemy import Engine, select

from bootstrap.connections import open_database, zeebe_client
from bootstrap.tenants import heard_tenants
from history.tables import process_definition
from services.identity import DEFAULT_TENANT
from settings import Settings
from workers.background import BackgroundTask
from zeebe.deployment import deploy_files, deployable_files

log = structlog.get_logger(__name__)

LOOK_SECONDS = 10


def shipped_models(settings: Settings) -> Sequence[Path]:
    """The files of processes/ and decisions/."""
    return deployable_files([settings.home / "processes", settings.home / "decisions"])


def deploy_shipped_models(settings: Settings) -> None:
    """Deploy the shipped models for every tenant that has processes; what has not changed gets no new version.

    Raises:
        ZeebeError: the gateway refused.
    """
    with open_database(settings) as engine:
        tenant_ids = heard_tenants(settings, engine)
    asyncio.run(_deploy(settings, tenant_ids))


async def _deploy(settings: Settings, tenant_ids: Sequence[str]) -> None:
    files = shipped_models(settings)
    async with zeebe_client(settings) as client:
        for tenant_id in tenant_ids:
            async for _count, _deployment in deploy_files(client.of_tenant(tenant_id), files):
                pass


def tenants_without_models(settings: Settings, engine: Engine) -> Sequence[str]:
    """Those that have nothing deployed, as far as the read models know."""
    with engine.connect() as connection:
        served = set(connection.scalars(select(process_definition.c.tenant_id).distinct()))
    return [tenant_id for tenant_id in heard_tenants(settings, engine) if tenant_id not in {DEFAULT_TENANT, *served}]


def background_tasks(settings: Settings) -> list[BackgroundTask]:
    """The task that finds tenants without models."""

    def welcome_tenants() -> int:
        with open_database(settings) as engine:
            newcomers = tenants_without_models(settings, engine)
        for tenant_id in newcomers:
            # The read models may be behind: what is deployed already gets no new version.
            asyncio.run(_deploy(settings, [tenant_id]))
            log.info("tenant_welcomed", tenant_id=tenant_id)
        return len(newcomers)

    return [BackgroundTask("tenants.welcome", welcome_tenants, every_seconds=LOOK_SECONDS)]
