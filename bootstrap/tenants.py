"""The tenants of an installation, and work that is done for each of them over its own rows.

Job workers and background tasks work for everybody. Each piece of their work belongs to one tenant: a job to its instance's, a
task that was sent to its sender's, a task of the clock to each in turn. There it sees what that tenant's people would: the
adapters ask for its rows, and on PostgreSQL row-level security shows no others.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import structlog
from sqlalchemy import Engine, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from bootstrap.connections import open_database
from history.database import for_tenant
from history.tables import process_definition
from services.identity import DEFAULT_TENANT
from services.identity.tables import account
from settings import Settings
from zeebe.job import Job, JobWorker, Variables

log = structlog.get_logger(__name__)

# Tenants whose job workers are at hand.
MAX_TENANTS = 256


def tenants(engine: Engine) -> Sequence[str]:
    """Every tenant that has an account, the default one first."""
    with engine.connect() as connection:
        found = set(connection.scalars(select(account.c.tenant_id).distinct()))
    return [DEFAULT_TENANT, *sorted(found - {DEFAULT_TENANT})]


def tenant_folder(settings: Settings, tenant_id: str) -> Path:
    """Where a tenant's own files lie; the default one's lie in the data directory itself."""
    # A name like `..` is a good one for a tenant and no good one for a folder.
    return settings.data_dir if tenant_id == DEFAULT_TENANT else settings.data_dir / "tenants" / f"of-{tenant_id}"


def served_tenants(settings: Settings, engine: Engine) -> Sequence[str]:
    """Those whose commands the engine takes: the ones the settings name.

    Where they name none, the embedded gateway serves whoever has an account, and a cluster the default tenant alone.
    """
    if settings.zeebe_tenants:
        return list(dict.fromkeys((DEFAULT_TENANT, *settings.zeebe_tenants)))
    return tenants(engine) if settings.is_embedded else [DEFAULT_TENANT]


def tenants_with_models(settings: Settings, engine: Engine) -> Collection[str]:
    """Those that have every shipped process, as far as the read models know; of the default one it is taken for granted.

    Processes of their own do not count: a tenant may have deployed one before it was given the others.
    """
    shipped = {file.name for file in (settings.home / "processes").rglob("*.bpmn")}
    columns = process_definition.c
    theirs = select(columns.tenant_id, columns.resource_name).where(columns.resource_name.in_(shipped)).distinct()
    with engine.connect() as connection:
        found = Counter(row.tenant_id for row in connection.execute(theirs))
    return {DEFAULT_TENANT, *(tenant_id for tenant_id, count in found.items() if count == len(shipped))}


def heard_tenants(settings: Settings, engine: Engine) -> Sequence[str]:
    """Those whose messages somebody waits for: a message that came before a tenant's processes would start nothing."""
    ready = tenants_with_models(settings, engine)
    return [tenant_id for tenant_id in served_tenants(settings, engine) if tenant_id in ready]


def account_tenants(settings: Settings) -> Sequence[str]:
    """Every tenant that has an account, for a gateway that is asked for one it does not know; none, where nobody can tell."""
    path = make_url(settings.sql_url).database
    if settings.sql_url.startswith("sqlite") and not (path and Path(path).exists()):
        # A gateway without a house: asking would make an empty database.
        return []
    try:
        with open_database(settings) as engine:
            return tenants(engine)
    except SQLAlchemyError as error:
        log.warning("tenants_not_read", error=type(error).__name__)
        return []


def in_each(
    settings: Settings,
    work: Callable[[Engine, str], int | None],
    *,
    whose: Callable[[Settings, Engine], Sequence[str]] = lambda _settings, engine: tenants(engine),
) -> int:
    """Do work over the rows of each tenant; returns how much was done. One that fails keeps no other waiting.

    Raises:
        Exception: the failure of one tenant's work, when the others' is done; of several, an `ExceptionGroup`.
    """
    done, failures = 0, []
    with open_database(settings) as engine:
        for tenant_id in whose(settings, engine):
            try:
                with for_tenant(tenant_id):
                    done += work(engine, tenant_id) or 0
            except Exception as error:  # noqa: BLE001 -- whatever it is, it is raised when the other tenants are served
                failures.append(error)
    if len(failures) == 1:
        raise failures[0]
    if failures:
        raise ExceptionGroup(f"the work of {len(failures)} tenants failed", failures)
    return done


@dataclass(frozen=True, slots=True)
class TenantWorker:
    """A job worker for every tenant: each job is done by its own tenant's, over that tenant's rows."""

    job_type: str
    workers_of: Callable[[str], Mapping[str, JobWorker]]

    async def __call__(self, job: Job) -> Variables:
        with for_tenant(job.tenant_id):
            return await self.workers_of(job.tenant_id)[job.type](job)


def for_every_tenant(build: Callable[[str], Sequence[JobWorker]]) -> list[JobWorker]:
    """The workers that `build` makes for one tenant, for all: another tenant's are made when its first job comes."""

    @lru_cache(MAX_TENANTS)
    def workers_of(tenant_id: str) -> Mapping[str, JobWorker]:
        return {worker.job_type: worker for worker in build(tenant_id)}

    return [TenantWorker(job_type, workers_of) for job_type in workers_of(DEFAULT_TENANT)]
