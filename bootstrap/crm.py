"""Connected CRMs: their connections, how they are kept in step, and whom a sync that is incomplete is told."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import structlog
from sqlalchemy import Engine

from api.connection_room import ConnectionRoom
from bootstrap.background_work import task_sender
from bootstrap.change_targets import CrmTarget, OwnCrmTarget
from bootstrap.connections import open_database, secret_key, ticket_desk
from bootstrap.notifications import outgoing_policy, sql_notifications
from bootstrap.tenants import in_each
from bootstrap.tracing import request_span
from services.changes import ChangeTarget
from services.crm import NewTicket
from services.crm.connectors import CrmError, Kind, Record
from services.crm.connectors.built_in import BuiltInCrm
from services.crm.connectors.factory import CrmFactory
from services.crm.connectors.sealing import Seal, SealBroken
from services.crm.own_book import OwnBook
from services.crm.own_edits import OwnEdits
from services.crm.sync import Busy, Connection, ConnectionBook, ConnectionUnknown, LeaseLost, Outcome, Sync
from services.identity import DEFAULT_TENANT
from services.notifications import Event, role
from services.outgoing import outgoing_client
from settings import Settings
from workers.background import BackgroundTask

log = structlog.get_logger(__name__)

# How often it is looked for connections that have something to read.
LOOK_SECONDS = 30
BUILT_IN = "crm"


def seal(settings: Settings) -> Seal:
    return Seal.of([secret_key(settings), *(key.get_secret_value() for key in settings.earlier_secret_keys)])


def crm_factory(settings: Settings, engine: Engine) -> CrmFactory:
    return CrmFactory(engine, outgoing_client(outgoing_policy(settings), around=request_span), seal(settings))


def own_book(engine: Engine, tenant_id: str = DEFAULT_TENANT) -> OwnBook:
    return OwnBook(BuiltInCrm(engine, tenant_id))


def connection_room(settings: Settings, engine: Engine, tenant_id: str = DEFAULT_TENANT) -> ConnectionRoom:
    def sync_now(connection: Connection) -> None:
        task_sender(settings, engine, "crm.sync_one", connection.tenant_id)(connection.connection_id)

    return ConnectionRoom(
        ConnectionBook(engine, tenant_id),
        crm_factory(settings, engine),
        sync_now,
        settings.pages_url,
        secret_key(settings),
    )


@dataclass(frozen=True, slots=True)
class ConnectedTargets(Mapping[str, ChangeTarget]):
    """The installation's own targets, the built-in CRM, and each CRM that is connected at the moment it is asked for."""

    own: Mapping[str, ChangeTarget]
    factory: CrmFactory
    tenant_id: str = DEFAULT_TENANT

    def __getitem__(self, name: str) -> ChangeTarget:
        if name in self.own:
            return self.own[name]
        if name == BUILT_IN:
            return OwnCrmTarget(OwnEdits(BuiltInCrm(self.factory.engine, self.tenant_id)))
        try:
            found = self._book.named(name)
        except ConnectionUnknown as error:
            raise KeyError(name) from error
        return CrmTarget(name, partial(self.factory.crm, found.connection_id, found.system, found.base_url))

    def __iter__(self) -> Iterator[str]:
        yield from (*self.own, BUILT_IN, *(each.name for each in self._book.all()))

    def __len__(self) -> int:
        return sum(1 for _name in self)

    @property
    def _book(self) -> ConnectionBook:
        return ConnectionBook(self.factory.engine, self.tenant_id)


def sync_connection(settings: Settings, engine: Engine, connection: Connection, *, seconds: float = float("inf")) -> Outcome:
    """Read what one connection has to give.

    Raises:
        Busy, LeaseLost, CrmError, SealBroken
    """
    factory = crm_factory(settings, engine)
    crm = factory.crm(connection.connection_id, connection.system, connection.base_url)
    with factory.client:
        sync = Sync(engine, _intake(engine, connection), _alarm(settings, engine, connection))
        return sync.run(connection.connection_id, crm, seconds=seconds)


def background_tasks(settings: Settings) -> list[BackgroundTask]:
    def sync_due() -> int:
        def of_tenant(engine: Engine, tenant_id: str) -> int:
            due = ConnectionBook(engine, tenant_id).due(datetime.now(UTC), settings.crm_sync_seconds)
            for each in due:
                _sync_quietly(settings, engine, each)
            return len(due)

        return in_each(settings, of_tenant)

    def sync_one(connection_id: str, tenant_id: str) -> None:
        with open_database(settings) as engine:
            try:
                found = ConnectionBook(engine, tenant_id).named(connection_id)
            except ConnectionUnknown:
                return
            if not found.is_paused:
                _sync_quietly(settings, engine, found)

    return [BackgroundTask("crm.sync", sync_due, every_seconds=LOOK_SECONDS), BackgroundTask("crm.sync_one", sync_one)]


def _sync_quietly(settings: Settings, engine: Engine, connection: Connection) -> None:
    """A system that is away must not keep the others waiting; the page says what is wrong."""
    try:
        outcome = sync_connection(settings, engine, connection, seconds=settings.crm_slice_seconds)
    except (Busy, LeaseLost) as error:
        log.info("crm_sync_elsewhere", connection=connection.name, reason=type(error).__name__)
    except (CrmError, SealBroken) as error:
        log.warning("crm_sync_failed", connection=connection.name, reason=type(error).__name__)
    else:
        log.info("crm_synchronised", connection=connection.name, seen=outcome.seen, changed=outcome.changed)


def _intake(engine: Engine, connection: Connection) -> Callable[[str, Sequence[Record]], None]:
    def take(_connection_id: str, records: Sequence[Record]) -> None:
        ticket_desk(engine, connection.tenant_id).intake([_ticket(connection, record) for record in records])

    return take


def _ticket(connection: Connection, record: Record) -> NewTicket:
    values = record.values
    return NewTicket(
        source=f"{connection.system}:{connection.name}",
        external_id=record.record_id,
        text=values.get("text") or values.get("subject") or "–",
        subject=(values.get("subject") or "")[:500],
        customer_name=(values.get("customer_name") or "")[:200],
        customer_email=(values.get("customer_email") or "")[:320],
    )


def _alarm(settings: Settings, engine: Engine, connection: Connection) -> Callable[[str, Kind, int, int], None]:
    def tell(connection_id: str, kind: Kind, ours: int, theirs: int) -> None:
        reason = f"{connection.name}: {ours} of {theirs} ({kind.value})"
        today = datetime.now(UTC).date().isoformat()
        sql_notifications(settings, engine, connection.tenant_id).notify(
            Event.BACKGROUND_FAILED,
            [role("operator")],
            f"crm:{connection.name}",
            {"task": "crm.sync", "reason": reason},
            f"crm_incomplete:{connection_id}:{kind.value}:{today}",
        )

    return tell
