"""The port for every room that has something to tell, and its adapters.

Telling only writes: a notification for each person, and into the outbox a delivery for each way they wish to hear by. It
happens in one transaction, the caller's own where it hands in its connection, so what is rolled back was never told. A
background process sends what is committed. The same `request_id` tells a person once, however often it is asked.
"""

import hashlib
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, Row, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from services.notifications.events import ChannelName, Event, Values, checked
from services.notifications.moments import system_clock, to_ms
from services.notifications.planning import Reachable, plan
from services.notifications.recipients import Directory, Person, Recipient, meant
from services.notifications.tables import address, delivery, notification
from services.notifications.wishes import DEFAULT_TENANT, NOTHING_CHOSEN, SqlWishBook

# The "account" of webhooks that hear of events whoever they are for.
INSTALLATION = ""
AT_ONCE = 100
MAX_KEY = 200


class Notifications(Protocol):
    """Tells people of events. Calls are short and blocking."""

    def notify(
        self,
        event: Event,
        recipients: Iterable[Recipient],
        subject_key: str,
        values: Mapping[str, Any],
        request_id: str,
        *,
        but: Collection[str] = (),
    ) -> int:
        """Tell each recipient once, `but` these usernames, and return how many people are told by this call.

        `subject_key` says what it is about, as `ticket:T-17`, `task:2251799813685249`, `instance:…`, `change_set:…`;
        `request_id` is the caller's own, the same whenever it repeats itself (a job's key, a task's key and state).

        Raises:
            InvalidValues: the values are not those of the event.
        """
        ...


@dataclass(frozen=True, slots=True)
class Told:
    """What an in-memory adapter was told."""

    event: Event
    username: str
    subject_key: str
    values: Mapping[str, Any]
    request_id: str


@dataclass(frozen=True, slots=True)
class InMemoryNotifications:
    """Keeps what was told in a list: for tests of rooms that tell."""

    directory: Directory
    told: list[Told] = field(default_factory=list)

    def notify(
        self,
        event: Event,
        recipients: Iterable[Recipient],
        subject_key: str,
        values: Mapping[str, Any],
        request_id: str,
        *,
        but: Collection[str] = (),
    ) -> int:
        told = checked(event, values).model_dump(mode="json")
        known = {(each.event, each.username) for each in self.told if each.request_id == request_id}
        people = [one for one in meant(self.directory.people(), recipients, but) if (event, one.username) not in known]
        self.told.extend(Told(event, one.username, subject_key, told, request_id) for one in people)
        return len(people)


@dataclass(frozen=True, slots=True)
class SqlNotifications:
    """`Notifications` of one tenant, in a transaction of its own or, by `within`, in another's."""

    engine: Engine
    directory: Directory
    clock: Callable[[], datetime] = system_clock
    tenant_id: str = DEFAULT_TENANT
    connection: Connection | None = None

    def within(self, connection: Connection) -> "SqlNotifications":
        """The same, writing in the transaction of this connection."""
        return replace(self, connection=connection)

    def notify(
        self,
        event: Event,
        recipients: Iterable[Recipient],
        subject_key: str,
        values: Mapping[str, Any],
        request_id: str,
        *,
        but: Collection[str] = (),
    ) -> int:
        told = checked(event, values)
        people = meant(self.directory.people(), recipients, but)
        if self.connection is not None:
            return self._tell(self.connection, event, people, subject_key, told, request_id)
        with self.engine.begin() as connection:
            return self._tell(connection, event, people, subject_key, told, request_id)

    def tell_address(
        self, connection: Connection, event: Event, account_id: str, address_id: str, values: Mapping[str, Any]
    ) -> None:
        """Send something about an address to that very address, whatever its owner prefers."""
        now = to_ms(self.clock())
        found = select(address.c.channel).where(address.c.tenant_id == self.tenant_id, address.c.address_id == address_id)
        channel = connection.execute(found).scalar_one()
        written = checked(event, values).model_dump_json()
        row = self._notification(event, account_id, f"address:{address_id}", written, uuid.uuid4().hex, now)
        connection.execute(insert(notification), row)
        planned = self._delivery(row, channel, address_id, "", now, now)
        connection.execute(insert(delivery), planned)

    def _tell(
        self, connection: Connection, event: Event, people: Sequence[Person], subject_key: str, values: Values, request_id: str
    ) -> int:
        now = self.clock()
        written = values.model_dump_json()
        accounts = [one.account_id for one in people]
        rows = [
            self._notification(event, account_id, subject_key, written, request_id, to_ms(now))
            for account_id in (*accounts, *self._listening_installation(connection))
        ]
        fresh: dict[str, str] = {}
        for start in range(0, len(rows), AT_ONCE):
            fresh |= self._insert_once(connection, rows[start : start + AT_ONCE])
        told = [row for row in rows if fresh.get(row["account_id"]) == row["notification_id"]]
        deliveries = self._deliveries(connection, event, told, {one.account_id: one for one in people}, now)
        if deliveries:
            connection.execute(insert(delivery), deliveries)
        return sum(row["account_id"] != INSTALLATION for row in told)

    def _listening_installation(self, connection: Connection) -> list[str]:
        """The installation itself, where it has webhooks."""
        any_webhook = select(address.c.account_id).where(
            address.c.tenant_id == self.tenant_id, address.c.account_id == INSTALLATION, address.c.broken == ""
        )
        return list(connection.scalars(any_webhook.limit(1)))

    def _insert_once(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
        """The account and id of each notification that was not there yet."""
        dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
        once = dialect.insert(notification).values(rows).on_conflict_do_nothing()
        inserted = connection.execute(once.returning(notification.c.account_id, notification.c.notification_id))
        return {row.account_id: row.notification_id for row in inserted}

    def _deliveries(
        self,
        connection: Connection,
        event: Event,
        told: Sequence[Mapping[str, Any]],
        people: Mapping[str, Person],
        now: datetime,
    ) -> list[dict[str, Any]]:
        accounts = [row["account_id"] for row in told]
        wishes = SqlWishBook(self.engine, self.tenant_id).of_all(connection, accounts)
        reachable = self._reachable(connection, accounts)
        planned = []
        for row in told:
            account_id = row["account_id"]
            known = people.get(account_id)
            ways = plan(
                event, wishes.get(account_id, NOTHING_CHOSEN), reachable.get(account_id, []), known.email if known else "", now
            )
            planned += [
                self._delivery(row, way.channel.value, way.address_id, way.held, to_ms(way.due_at), to_ms(now)) for way in ways
            ]
        return planned

    def _reachable(self, connection: Connection, accounts: Sequence[str]) -> dict[str, list[Reachable]]:
        """The proven addresses of each account that nobody found broken."""
        proven = select(address).where(
            address.c.tenant_id == self.tenant_id,
            address.c.account_id.in_(accounts),
            address.c.verified_at.is_not(None),
            address.c.broken == "",
        )
        found: dict[str, list[Reachable]] = {}
        for row in connection.execute(proven):
            found.setdefault(row.account_id, []).append(_reachable(row))
        return found

    def _notification(
        self, event: Event, account_id: str, subject_key: str, written: str, request_id: str, now: int
    ) -> dict[str, Any]:
        return {
            "notification_id": uuid.uuid4().hex,
            "tenant_id": self.tenant_id,
            "request_id": short_key(request_id),
            "account_id": account_id,
            "event": event.value,
            "subject_key": subject_key[:MAX_KEY],
            "values": written,
            "created_at": now,
            "read_at": None,
        }

    def _delivery(
        self, told: Mapping[str, Any], channel: str, address_id: str, held: str, due_at: int, now: int
    ) -> dict[str, Any]:
        return {
            "delivery_id": uuid.uuid4().hex,
            "tenant_id": self.tenant_id,
            "notification_id": told["notification_id"],
            "account_id": told["account_id"],
            "event": told["event"],
            "channel": channel,
            "address_id": address_id,
            "state": "waiting",
            "held": held,
            "attempts": 0,
            "due_at": due_at,
            "batch_id": "",
            "created_at": now,
            "last_error": "",
            "provider_id": "",
        }


def short_key(request_id: str) -> str:
    """A request id as the table holds it; a longer one is told apart by its hash."""
    if len(request_id) <= MAX_KEY:
        return request_id
    return f"sha256:{hashlib.sha256(request_id.encode()).hexdigest()}"


def _reachable(row: Row[tuple[Any, ...]]) -> Reachable:
    return Reachable(row.address_id, ChannelName(row.channel), frozenset(row.events.split()))
