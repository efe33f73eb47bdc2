"""Connections to the database and to the gateway, and what stands directly on them."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from bootstrap.identity import local_identities
from bootstrap.kept_keys import kept_key
from bootstrap.tracing import gateway_span
from history.database import Pool, open_engine
from services import tracing
from services.crm import SqlTicketDesk, TicketDesk
from services.identity import DEFAULT_TENANT
from services.identity.local import LocalIdentities
from settings import Settings
from zeebe.calls import RetryPolicy
from zeebe.client import ZeebeClient
from zeebe.exporter_sink import LoggedRecordSource, SqlRecordLog
from zeebe.record_source import EmbeddedRecordSource, RecordSource
from zeebe.records import decode_unread


def sql_engine(settings: Settings) -> Engine:
    """Connections to the read models and business tables, which `upgrade_database` makes: this opens what is there."""
    return _engine(settings, make=False)


def _engine(settings: Settings, *, make: bool) -> Engine:
    pool = Pool(settings.database_pool_kept, settings.database_pool_most, settings.database_pool_wait_seconds)
    return open_engine(settings.sql_url, durable=settings.engine_sync == "FULL", pool=pool, make=make)


@contextmanager
def open_database(settings: Settings) -> Iterator[Engine]:
    """Such connections for the time of a block; closed at its end."""
    engine = sql_engine(settings)
    try:
        yield engine
    finally:
        engine.dispose()


def upgrade_database(settings: Settings, *, make: bool = True) -> None:
    """Create the tables, or bring those of an earlier version to this one's.

    With `make=False`, for who only looks, it is an error where there is no database yet.
    """
    if make:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    # Alembic takes longer to import than most commands take to run.
    import migrations  # noqa: PLC0415

    owner = settings.database_owner_url
    engine = _engine(settings, make=make) if owner is None else open_engine(owner.get_secret_value(), make=make)
    role = None if owner is None else make_url(settings.sql_url).username
    try:
        migrations.upgrade(engine, application_role=role)
    finally:
        engine.dispose()


def ensure_administrator(settings: Settings) -> str | None:
    """The password of the first administrator where there was no account yet, else None."""
    with open_database(settings) as engine:
        return identities(settings, engine).make_first_administrator()


def identities(settings: Settings, engine: Engine) -> LocalIdentities:
    """The accounts in our own tables; `bootstrap.identity` puts an identity provider before them."""
    return local_identities(settings, engine)


def secret_key(settings: Settings) -> str:
    """What signs sessions: the setting, else a random key that this installation keeps."""
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value()
    return kept_key(settings.data_dir / "secret.key", lambda: secrets.token_urlsafe(48).encode()).decode("ascii")


def record_source(settings: Settings, engine: Engine) -> RecordSource:
    """The engine's record stream: the embedded gateway's own, or what the sink took from a cluster."""
    if settings.is_embedded:
        return EmbeddedRecordSource(settings.gateway_management_url, decode=decode_unread)
    return LoggedRecordSource(SqlRecordLog(engine))


def zeebe_client(settings: Settings, *, patience_seconds: float = 30.0) -> ZeebeClient:
    """The gateway's commands, tried again for so long while it is busy or away; needs a running event loop."""
    retry = RetryPolicy(seconds=patience_seconds)
    return ZeebeClient(
        settings.gateway_address,
        settings.gateway_rest_url,
        retry=retry,
        around=gateway_span,
        carried=tracing.variables,
        job_tenants=(DEFAULT_TENANT, *settings.zeebe_tenants) if settings.zeebe_tenants else (),
    )


def ticket_desk(engine: Engine, tenant_id: str = DEFAULT_TENANT) -> TicketDesk:
    return SqlTicketDesk(engine, tenant_id=tenant_id, traceparent=tracing.traceparent)
