"""Connectors of tests: each adapter joined with a server that behaves as its system does, through guarded clients."""

from collections.abc import Callable
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, insert

from services.crm.connectors import Crm, Kind
from services.crm.connectors.amocrm import AmoCrm, AmoTokenRequest
from services.crm.connectors.bitrix24 import Bitrix24, BitrixTokenRequest
from services.crm.connectors.built_in import BuiltInCrm
from services.crm.connectors.chatwoot import Chatwoot
from services.crm.connectors.http import Caller
from services.crm.connectors.ports import Credentials
from services.crm.connectors.rate import TokenBucket
from services.crm.connectors.sealing import Seal
from services.crm.connectors.tables import connection, own_record
from services.crm.connectors.tokens import FixedTokens, SqlTokens
from services.outgoing import OutgoingPolicy, outgoing_client
from tests.servers.amocrm import AmoCrmServer
from tests.servers.bitrix24 import Bitrix24Server
from tests.servers.chatwoot import ChatwootServer
from tests.servers.http import CrmServer, serving

LOOPBACK = OutgoingPolicy.of(["127.0.0.0/8"])
CREDENTIALS = Credentials("access-1", "refresh-1", "client", "secret", "hook secret")


@dataclass
class Rig:
    """`put` and `remove` are what the system's own people do."""

    crm: Crm
    put: Callable[..., None]
    remove: Callable[[str, int], None]
    pauses: list[float]
    server: Any = None


def caller(pauses: list[float] | None = None, policy: OutgoingPolicy = LOOPBACK, step_seconds: float = 0.5) -> Caller:
    """Pauses are written down, not waited for."""
    client = outgoing_client(policy, step_seconds=step_seconds, total_seconds=10 * step_seconds)
    noted = [] if pauses is None else pauses
    return Caller(client, TokenBucket(10_000, 10_000, sleep=noted.append), noted.append)


def add_connection(engine: Engine, connection_id: str = "c1", name: str = "sales", system: str = "bitrix24") -> None:
    row = {
        "connection_id": connection_id,
        "tenant_id": "<default>",
        "name": name,
        "system": system,
        "base_url": "http://127.0.0.1:1",
        "is_paused": False,
        "hook_hash": "",
        "last_error": "",
        "is_disconnected": False,
        "created_at": 0,
        "holder": "",
        "held_until": 0,
    }
    with engine.begin() as open_connection:
        open_connection.execute(insert(connection).values(row))


def sql_tokens(engine: Engine, request, credentials: Credentials = CREDENTIALS) -> SqlTokens:
    tokens = SqlTokens(engine, "c1", Seal.of(["a key of tests"]), request)
    tokens.store(credentials, seconds=3600)
    return tokens


@contextmanager
def rig(system: str, engine: Engine):
    """The system of that name, empty."""
    pauses: list[float] = []
    if system == "built_in":
        yield built_in(engine, pauses)
        return
    servers: dict[str, CrmServer] = {"bitrix24": Bitrix24Server(), "amocrm": AmoCrmServer(), "chatwoot": ChatwootServer()}
    with ExitStack() as stack:
        server = stack.enter_context(serving(servers[system]))
        calls = caller(pauses)
        stack.enter_context(calls.client)
        add_connection(engine, system=system)
        crm = crm_of(system, server.base_url, calls, engine)
        yield Rig(crm, server.put, server.remove, pauses, server)


def crm_of(system: str, base_url: str, calls: Caller, engine: Engine) -> Crm:
    if system == "bitrix24":
        request = BitrixTokenRequest(calls, f"{base_url}/oauth/token/")
        return Bitrix24(base_url, calls, sql_tokens(engine, request)).crm()
    if system == "amocrm":
        return AmoCrm(base_url, calls, sql_tokens(engine, AmoTokenRequest(base_url, calls))).crm()
    return Chatwoot(base_url, "1", calls, FixedTokens(CREDENTIALS)).crm()


def built_in(engine: Engine, pauses: list[float]) -> Rig:
    crm = BuiltInCrm(engine).crm()

    def put(kind: str, number: int, values: dict[str, str | None], changed_at: float | None = None) -> None:
        records = crm.readable[Kind(kind)]
        records.add(str(number), values)
        if changed_at is not None:
            with engine.begin() as open_connection:
                same = (own_record.c.kind == kind) & (own_record.c.number == number)
                open_connection.execute(own_record.update().where(same).values(changed_at=int(changed_at * 1000)))

    def remove(kind: str, number: int) -> None:
        with engine.begin() as open_connection:
            open_connection.execute(own_record.delete().where((own_record.c.kind == kind) & (own_record.c.number == number)))

    return Rig(crm, put, remove, pauses)
