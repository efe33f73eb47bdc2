"""The shipped models for every tenant: definitions are a tenant's own, and one without any could start nothing.

`penstock up` deploys them for all tenants there are, but not over what a designer changed (`bootstrap.shipped_models`). Tenants
that come later (a first account is made, somebody signs in by a
new group of Keycloak's) get them from a task of the clock: whatever way they came, nobody has to think of it, and no sign-in
waits for it. What the tenant sends before that is kept until its processes are there to take it.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Engine

from bootstrap.connections import open_database, record_source, zeebe_client
from bootstrap.shipped_models import Due, ShippedModels
from bootstrap.tenants import in_each, served_tenants, tenants_with_models
from bootstrap.tracing import Publisher, publisher
from services.identity import DEFAULT_TENANT
from settings import Settings
from workers.background import BackgroundTask
from zeebe.client import ZeebeClient
from zeebe.deployment import deploy_files, deployable_files
from zeebe.errors import EngineBusy

log = structlog.get_logger(__name__)

LOOK_SECONDS = 10


def shipped_models(settings: Settings) -> Sequence[Path]:
    """The files of processes/ and decisions/."""
    return deployable_files([settings.home / "processes", settings.home / "decisions"])


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """A shipped file that is newer than the one a tenant's changed version was made from."""

    tenant_id: str
    file: Path


def deploy_shipped_models(settings: Settings) -> Sequence[LeftBehind]:
    """Deploy the shipped models for every tenant that has processes; what has not changed gets no new version.

    Returns:
        The files that were not deployed although they are newer, for a designer has changed what is in the engine.

    Raises:
        ZeebeError: the gateway refused.
    """
    with open_database(settings) as engine:
        return asyncio.run(_deploy_to_all(settings, engine))


async def _deploy_to_all(settings: Settings, engine: Engine) -> Sequence[LeftBehind]:
    is_empty = not await record_source(settings, engine).last_positions()
    models = [ShippedModels(engine, each, is_for_empty_engine=is_empty) for each in served_tenants(settings, engine)]
    return await _deploy(settings, models)


async def _deploy(settings: Settings, models_of_tenants: Sequence[ShippedModels]) -> Sequence[LeftBehind]:
    files, behind = shipped_models(settings), []
    async with zeebe_client(settings) as client:
        for models in models_of_tenants:
            sorted_out = await asyncio.to_thread(models.sorted_out, files)
            async for _count, _deployment in deploy_files(client.of_tenant(models.tenant_id), sorted_out[Due.BRING]):
                pass
            await asyncio.to_thread(models.were_brought, [*sorted_out[Due.BRING], *sorted_out[Due.LEAVE]])
            behind += [LeftBehind(models.tenant_id, file) for file in sorted_out[Due.BEHIND]]
    return behind


@dataclass(slots=True)
class OnceDeployed:
    """Publishes a tenant's messages when it has processes; until then it refuses, and the sender's outbox keeps them."""

    inner: Publisher
    settings: Settings
    engine: Engine
    tenant_id: str
    _is_ready: bool = False

    async def publish_once(self, name: str, correlation_key: str, message_id: str, variables: Mapping[str, Any]) -> None:
        if not self._is_ready:
            self._is_ready = self.tenant_id in await asyncio.to_thread(tenants_with_models, self.settings, self.engine)
        if not self._is_ready:
            raise EngineBusy(f"the processes of the tenant {self.tenant_id} are being deployed")
        await self.inner.publish_once(name, correlation_key, message_id, variables)

    async def publish_now(self, name: str, correlation_key: str, variables: Mapping[str, Any]) -> None:
        await self.inner.publish_now(name, correlation_key, variables)


def tenant_publisher(settings: Settings, engine: Engine, client: ZeebeClient, tenant_id: str) -> Publisher:
    """Publishes a tenant's messages, none of them before somebody can hear it."""
    told = publisher(client)
    return told if tenant_id == DEFAULT_TENANT else OnceDeployed(told, settings, engine, tenant_id)


def background_tasks(settings: Settings) -> list[BackgroundTask]:
    """The task that finds tenants without models."""

    def newcomers(settings: Settings, engine: Engine) -> Sequence[str]:
        ready = tenants_with_models(settings, engine)
        return [tenant_id for tenant_id in served_tenants(settings, engine) if tenant_id not in ready]

    def welcome(engine: Engine, tenant_id: str) -> int:
        # The read models may be behind: what is deployed already gets no new version.
        asyncio.run(_deploy(settings, [ShippedModels(engine, tenant_id)]))
        log.info("tenant_welcomed", tenant_id=tenant_id)
        return 1

    def welcome_tenants() -> int:
        return in_each(settings, welcome, whose=newcomers)

    return [BackgroundTask("tenants.welcome", welcome_tenants, every_seconds=LOOK_SECONDS)]
