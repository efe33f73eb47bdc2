"""Access tokens of one connection, fetched anew by one process at a time.

Both Bitrix24 and amoCRM end a refresh token when it is used. Two processes that use it together would leave the connection
with a token that is dead. So whoever finds the access token ended takes a lease in the database; the others wait for what it
writes. A lease ends by itself, so a killed process holds nobody up for longer than `LEASE_SECONDS`.
"""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Protocol

from sqlalchemy import Engine, insert, select, update

from services.crm.connectors.ports import Credentials, CrmBusy, NotConnected
from services.crm.connectors.sealing import Seal
from services.crm.connectors.tables import connection as connections
from services.crm.connectors.tables import credentials as table

# Longer than a request for tokens may take.
LEASE_SECONDS = 45
POLL_SECONDS = 0.1
# A token is fetched anew this long before it ends: our clock and the way there take their part.
EARLY_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a system answers: a new access token, perhaps a new refresh token, and for how many seconds (0: for ever)."""

    access_token: str
    refresh_token: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Held:
    """Credentials in their version; `version` says which access token a system refused."""

    credentials: Credentials
    version: int
    expires_at: int


class TokenRequest(Protocol):
    """Asks a system for new tokens."""

    def __call__(self, credentials: Credentials, code: str = "") -> Tokens:
        """For the refresh token, or for the code of a person who has just agreed.

        Raises `NotConnected` where it is not taken (any more), `CrmBusy`, `CrmUnanswered`.
        """
        ...


class TokenSource(Protocol):
    """Where an adapter gets its credentials."""

    def current(self, refused: Held | None = None) -> Held:
        """Credentials that should be taken; newer ones than those refused. Raises `NotConnected`, `CrmBusy`."""
        ...


@dataclass(frozen=True, slots=True)
class FixedTokens:
    """Credentials that never change: an API key, a login."""

    credentials: Credentials

    def current(self, refused: Held | None = None) -> Held:
        if refused is not None:
            raise NotConnected("the system does not take the key any more; connect it again with a new one")
        return Held(self.credentials, 0, 0)


@dataclass(frozen=True, slots=True)
class SqlTokens:
    """The credentials of one connection in the database."""

    engine: Engine
    connection_id: str
    seal: Seal
    request: TokenRequest | None = None
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    holder: str = field(default_factory=lambda: uuid.uuid4().hex)

    def store(self, credentials: Credentials, *, seconds: int = 0) -> None:
        """What a person connected the system with; takes the place of what was there."""
        values = {
            "sealed": self.seal.seal(credentials),
            "expires_at": self._end(seconds),
            "refresher": "",
            "refresher_until": 0,
        }
        same = table.c.connection_id == self.connection_id
        with self.engine.begin() as connection:
            found = connection.execute(update(table).where(same).values(**values, version=table.c.version + 1)).rowcount
            if not found:
                connection.execute(insert(table).values(connection_id=self.connection_id, version=1, **values))
            connection.execute(
                update(connections)
                .where(connections.c.connection_id == self.connection_id)
                .values(is_disconnected=False, last_error="")
            )

    def stored(self) -> Credentials:
        """As they are, ended or not. Raises `NotConnected`."""
        return self._load().credentials

    def seal_anew(self) -> None:
        """Seal them under the newest key."""
        held = self._load()
        mine = (table.c.connection_id == self.connection_id) & (table.c.version == held.version)
        with self.engine.begin() as connection:
            connection.execute(update(table).where(mine).values(sealed=self.seal.seal(held.credentials)))

    def current(self, refused: Held | None = None) -> Held:
        deadline = self.clock() + 2 * LEASE_SECONDS
        while True:
            held = self._load()
            is_newer = refused is None or held.version > refused.version
            if is_newer and not self._has_ended(held):
                return held
            if self.request is None or not held.credentials.refresh_token:
                raise NotConnected("the system does not take the key any more; connect it again with a new one")
            if self._take_lease(held):
                return self._refreshed(held, self.request)
            if self.clock() > deadline:
                raise CrmBusy("another process has been fetching new tokens for too long")
            self.sleep(POLL_SECONDS)

    def _refreshed(self, held: Held, request: TokenRequest) -> Held:
        try:
            tokens = request(held.credentials)
        except NotConnected:
            self._mark_disconnected()
            self._drop_lease()
            raise
        except Exception:
            self._drop_lease()
            raise
        fresh = replace(
            held.credentials,
            access_token=tokens.access_token,
            refresh_token=tokens.refresh_token or held.credentials.refresh_token,
        )
        expires_at = self._end(tokens.seconds)
        # Only over what was read: where a person connected it anew meanwhile, theirs stands.
        mine = (table.c.connection_id == self.connection_id) & (table.c.version == held.version)
        values = {"sealed": self.seal.seal(fresh), "expires_at": expires_at, "version": held.version + 1}
        with self.engine.begin() as connection:
            is_saved = connection.execute(update(table).where(mine).values(**values, refresher="", refresher_until=0)).rowcount
        return Held(fresh, held.version + 1, expires_at) if is_saved else self._load()

    def _take_lease(self, held: Held) -> bool:
        now = int(self.clock() * 1000)
        free = (
            (table.c.connection_id == self.connection_id)
            & (table.c.version == held.version)
            & ((table.c.refresher_until < now) | (table.c.refresher == ""))
        )
        values = {"refresher": self.holder, "refresher_until": now + LEASE_SECONDS * 1000}
        with self.engine.begin() as connection:
            return connection.execute(update(table).where(free).values(**values)).rowcount == 1

    def _drop_lease(self) -> None:
        mine = (table.c.connection_id == self.connection_id) & (table.c.refresher == self.holder)
        with self.engine.begin() as connection:
            connection.execute(update(table).where(mine).values(refresher="", refresher_until=0))

    def _mark_disconnected(self) -> None:
        same = connections.c.connection_id == self.connection_id
        with self.engine.begin() as connection:
            connection.execute(update(connections).where(same).values(is_disconnected=True))

    def _load(self) -> Held:
        query = select(table).where(table.c.connection_id == self.connection_id)
        with self.engine.connect() as connection:
            row = connection.execute(query).mappings().first()
        if row is None:
            raise NotConnected("nobody has connected this system yet")
        return Held(self.seal.open(row["sealed"]), row["version"], row["expires_at"])

    def _has_ended(self, held: Held) -> bool:
        return held.expires_at > 0 and held.expires_at - EARLY_SECONDS * 1000 <= self.clock() * 1000

    def _end(self, seconds: int) -> int:
        return int((self.clock() + seconds) * 1000) if seconds else 0
