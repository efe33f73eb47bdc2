"""What the pages about connected CRMs do: connect, agree, pause, read now, and take webhooks in."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from itsdangerous import BadSignature, URLSafeTimedSerializer

from services.crm.connectors.factory import OAUTH, CrmFactory, authorise_url
from services.crm.connectors.ports import Credentials
from services.crm.sync import Connection, ConnectionBook, ConnectionUnknown, HintBox

STATE_SECONDS = 900


@dataclass(frozen=True, slots=True)
class ConnectionRoom:
    """`sync_now` hands a connection to the background."""

    book: ConnectionBook
    factory: CrmFactory
    sync_now: Callable[[Connection], None]
    pages_url: str
    secret_key: str

    def add(self, name: str, system: str, base_url: str, credentials: Credentials) -> tuple[Connection, str]:
        """A new connection, and where its webhooks come to. Raises `InvalidConnection`."""
        connection, secret = self.book.add(name, system, base_url)
        self.factory.tokens(connection.connection_id, connection.system, connection.base_url).store(credentials)
        return connection, f"{self.pages_url}/api/v1/crm-hooks/{connection.connection_id}/{secret}"

    def needs_agreement(self, connection: Connection) -> bool:
        return connection.system in OAUTH

    def agreement_url(self, connection: Connection, account_id: str) -> str:
        """Where to agree; who comes back must be the same account. Raises `NotConnected`."""
        tokens = self.factory.tokens(connection.connection_id, connection.system, connection.base_url)
        state = self._states().dumps([connection.connection_id, account_id])
        return authorise_url(connection.system, connection.base_url, tokens.stored().client_id, state, self.redirect_uri)

    def agreed(self, state: str, code: str, account_id: str) -> Connection:
        """Somebody came back with a code. Raises `ConnectionUnknown`, `NotConnected`, `CrmBusy`, `CrmUnanswered`."""
        try:
            connection_id, asked_by = self._states().loads(state, max_age=STATE_SECONDS)
        except (BadSignature, ValueError, TypeError) as error:
            raise ConnectionUnknown("(a consent that was not asked for here)") from error
        if asked_by != account_id:
            raise ConnectionUnknown("(a consent that another account asked for)")
        connection = self.book.named(connection_id)
        self.factory.connect(connection.connection_id, connection.system, connection.base_url, code, self.redirect_uri)
        self.sync_now(connection)
        return connection

    def hook(self, connection_id: str, secret: str, headers: Mapping[str, str], body: bytes) -> int:
        """Take a webhook in; returns how many records it is about. Raises `ConnectionUnknown`, `WebhookRefused`."""
        connection = self.book.by_hook(connection_id, secret)
        webhooks = self.factory.crm(connection.connection_id, connection.system, connection.base_url).webhooks
        if webhooks is None:
            raise ConnectionUnknown(connection_id)
        hints = webhooks.hints(headers, body, now=datetime.now(UTC))
        HintBox(self.book.engine, connection.connection_id).put(hints, int(time.time() * 1000))
        if hints and not connection.is_paused:
            self.sync_now(connection)
        return len(hints)

    @property
    def redirect_uri(self) -> str:
        return f"{self.pages_url}/connections/agreed"

    def _states(self) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self.secret_key, salt="penstock.crm.agreement")
