"""The connections of an installation: what they are called, where they lead, whether they rest, and how they stand."""

import hashlib
import hmac
import re
import secrets
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from sqlalchemy import Engine, RowMapping, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from services.crm.connectors.ports import Kind
from services.crm.connectors.tables import connection as table
from services.crm.connectors.tables import hint as hints
from services.crm.connectors.tables import progress

DEFAULT_TENANT = "<default>"
SYSTEMS = ("bitrix24", "amocrm", "chatwoot", "tryton")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
# The rest names the built-in targets of change sets.
_TAKEN = frozenset({"directories", "tickets", "variables", "instances", "crm"})


class ConnectionUnknown(LookupError):
    """There is no such connection."""

    def __init__(self, name: str) -> None:
        super().__init__(f"no CRM is connected under the name {name[:80]!r}; see `penstock crm list`")


class InvalidConnection(ValueError):
    """A connection's name, system or address cannot be."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far one kind of record is. Of a whole pass under way `theirs` is the last count, if there was one."""

    kind: Kind
    is_under_way: bool
    is_whole: bool
    seen: int
    started_at: datetime | None
    completed_at: datetime | None
    ours: int | None
    theirs: int | None
    incomplete_passes: int

    @property
    def is_complete(self) -> bool:
        return self.ours is not None and self.ours == self.theirs


@dataclass(frozen=True, slots=True)
class Connection:
    connection_id: str
    name: str
    system: str
    base_url: str
    is_paused: bool
    is_disconnected: bool
    last_error: str
    created_at: datetime
    is_running: bool = False
    standings: Sequence[Standing] = field(default=())
    tenant_id: str = DEFAULT_TENANT

    @property
    def synchronised_at(self) -> datetime | None:
        """When the last of its kinds was complete; None before the first load has ended."""
        moments = [standing.completed_at for standing in self.standings]
        known = [moment for moment in moments if moment is not None]
        return min(known) if known and len(known) == len(moments) else None


@dataclass(frozen=True, slots=True)
class ConnectionBook:
    """One tenant's connections."""

    engine: Engine
    tenant_id: str = DEFAULT_TENANT

    def all(self) -> list[Connection]:
        with self.engine.connect() as connection:
            rows = connection.execute(
                select(table).where(table.c.tenant_id == self.tenant_id).order_by(table.c.name)
            ).mappings()
            held = list(rows)
            mine = progress.c.connection_id.in_([row["connection_id"] for row in held])
            stands = connection.execute(select(progress).where(mine).order_by(progress.c.kind)).mappings().all()
        return [
            _connection(row, [_standing(each) for each in stands if each["connection_id"] == row["connection_id"]])
            for row in held
        ]

    def named(self, name: str) -> Connection:
        """By its name or id. Raises `ConnectionUnknown`."""
        found = next((each for each in self.all() if name in {each.name, each.connection_id}), None)
        if found is None:
            raise ConnectionUnknown(name)
        return found

    def add(self, name: str, system: str, base_url: str) -> tuple[Connection, str]:
        """A new connection and the secret part of the address its webhooks come to, told this once.

        Raises:
            InvalidConnection
        """
        checked = _checked(name, system, base_url)
        secret = secrets.token_urlsafe(24)
        row = {
            "connection_id": uuid.uuid4().hex,
            "tenant_id": self.tenant_id,
            **checked,
            "is_paused": False,
            "hook_hash": _hashed(secret),
            "last_error": "",
            "is_disconnected": False,
            "created_at": int(time.time() * 1000),
            "holder": "",
            "held_until": 0,
        }
        try:
            with self.engine.begin() as connection:
                connection.execute(insert(table).values(row))
        except IntegrityError as error:
            raise InvalidConnection(f"a connection is called {name!r} already") from error
        return self.named(name), secret

    def remove(self, name: str) -> None:
        """With everything that was read from it. Raises `ConnectionUnknown`."""
        found = self.named(name)
        with self.engine.begin() as connection:
            connection.execute(delete(table).where(table.c.connection_id == found.connection_id))

    def pause(self, name: str, *, is_paused: bool) -> None:
        """Raises `ConnectionUnknown`."""
        found = self.named(name)
        with self.engine.begin() as connection:
            connection.execute(update(table).where(table.c.connection_id == found.connection_id).values(is_paused=is_paused))

    def read_all(self, name: str) -> None:
        """Everything is read anew at the next pass. Raises `ConnectionUnknown`."""
        found = self.named(name)
        with self.engine.begin() as connection:
            mine = progress.c.connection_id == found.connection_id
            connection.execute(update(progress).where(mine).values(wants_all=True))

    def by_hook(self, connection_id: str, secret: str) -> Connection:
        """The connection whose webhook this is, whoever's: its system knows no tenant, and the secret is its proof.

        Raises:
            ConnectionUnknown: whichever part was wrong.
        """
        query = select(table.c.hook_hash, table.c.tenant_id).where(table.c.connection_id == connection_id)
        with self.engine.connect() as connection:
            found = connection.execute(query).one_or_none()
        if not hmac.compare_digest(_hashed(secret), found.hook_hash if found else "-") or found is None:
            raise ConnectionUnknown(connection_id)
        return replace(self, tenant_id=found.tenant_id).named(connection_id)

    def due(self, now: datetime, every_seconds: float) -> list[Connection]:
        """Those with something to read: a pass under way, a hint, or a last pass that is long enough ago."""
        with self.engine.connect() as connection:
            hinted = set(connection.execute(select(hints.c.connection_id).distinct()).scalars())
        return [each for each in self.all() if not each.is_paused and _is_due(each, hinted, now, every_seconds)]


def _is_due(each: Connection, hinted: set[str], now: datetime, every_seconds: float) -> bool:
    if each.is_running or each.is_disconnected:
        return False
    if each.connection_id in hinted or any(standing.is_under_way for standing in each.standings):
        return True
    last = each.synchronised_at
    return last is None or (now - last).total_seconds() >= every_seconds


def _checked(name: str, system: str, base_url: str) -> Mapping[str, str]:
    if not _NAME.fullmatch(name) or name in _TAKEN:
        raise InvalidConnection("a connection's name has small letters, digits, - and _, and is not one of Penstock's own")
    if system not in SYSTEMS:
        raise InvalidConnection(f"the system is one of {', '.join(SYSTEMS)}")
    try:
        address = urlsplit(base_url.strip())
        is_good = address.scheme in {"https", "http"} and bool(address.hostname) and (address.port is None or address.port > 0)
    except ValueError:
        is_good = False
    if not is_good or "@" in address.netloc or address.query or address.fragment or len(base_url) > 500:
        raise InvalidConnection("the address is like https://example.bitrix24.com, without a password or a query")
    return {"name": name, "system": system, "base_url": base_url.strip().rstrip("/")}


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _connection(row: RowMapping, standings: Sequence[Standing]) -> Connection:
    return Connection(
        row["connection_id"],
        row["name"],
        row["system"],
        row["base_url"],
        row["is_paused"],
        row["is_disconnected"],
        row["last_error"],
        _required_moment(row["created_at"]),
        row["holder"] != "" and row["held_until"] > time.time() * 1000,
        tuple(standings),
        row["tenant_id"],
    )


def _standing(row: RowMapping) -> Standing:
    return Standing(
        Kind(row["kind"]),
        row["cursor"] is not None,
        row["pass_since"] is None,
        row["pass_seen"],
        _moment(row["pass_started_at"]),
        _moment(row["completed_at"]),
        row["ours"],
        row["theirs"],
        row["incomplete_passes"],
    )


def _moment(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else _required_moment(milliseconds)


def _required_moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
