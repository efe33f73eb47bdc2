"""A house's data as after a year: thousands of instances in the read models, tickets, SLA clocks, and people who sign in."""

import time
from collections.abc import Iterator
from itertools import batched
from pathlib import Path

from argon2 import PasswordHasher
from itsdangerous import Signer
from sqlalchemy import Engine, insert, select

import migrations
from bench.projection import DEFINITIONS, FIRST_KEY, GOLDEN, shifted
from bench.ticket_list import fill as fill_tickets
from history.database import open_engine
from history.projector import Projector
from services.crm.tables import tickets
from services.identity import AccountDraft, Role
from services.identity.local import LocalIdentities
from services.identity.passwords import Passwords
from services.sla.tables import sla_clock
from zeebe.records import Record, decode_lines

# What was recorded is partition 2's, so that the gateway's own records, which are partition 1's, follow beside it.
PARTITION = 2
OTHER_PARTITION = 2**51
INSTANCES_PER_ROUND = 10
KEYS_PER_ROUND = 1_000
ROUND_MS = 900_000
BATCH = 5_000
HOUR_MS = 3_600_000
# The tasks of the recorded instances are for these.
GROUPS = frozenset({"office", "couriers"})
ROLES = ((Role.STAFF,), (Role.STAFF,), (Role.MANAGER,), (Role.DESIGNER, Role.OPERATOR))


def fill(url: str, instances: int, ticket_count: int) -> None:
    """Fill a new database; takes about a minute for 20,000 instances on a quiet machine."""
    engine = open_engine(url, durable=False)
    migrations.upgrade(engine)
    projector = Projector(engine)
    for batch in batched(_history(instances), BATCH):
        projector.apply(list(batch))
    fill_tickets(engine, ticket_count)
    _fill_clocks(engine)
    engine.dispose()


def sign_in(engine: Engine, users: int, secret_key: str) -> list[tuple[frozenset[Role], str]]:
    """So many people's roles, each with the value of a session's cookie."""
    # The cheapest hash: this is not about passwords.
    identities = LocalIdentities(engine, passwords=Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)))
    known = {account.username for account in identities.accounts()}
    signer = Signer(secret_key, salt="penstock.session")
    people = []
    for number in range(users):
        roles, name = frozenset(ROLES[number % len(ROLES)]), f"person.{number}"
        if name not in known:
            draft = AccountDraft(name, f"Person {number}", roles, groups=GROUPS)
            identities.create_account(draft, "correct horse battery")
        session = identities.sign_in(name, "correct horse battery", "127.0.0.1")
        people.append((roles, signer.sign(session.session_id).decode("ascii")))
    return people


def _history(instances: int) -> Iterator[Record]:
    """The golden log again and again by other instances; the last of them happened just now."""
    golden = [record for record in decode_lines(GOLDEN.read_bytes()) if record.is_event]
    rounds = max(1, instances // INSTANCES_PER_ROUND)
    newest = max(record.timestamp for record in golden)
    began = time.time_ns() // 1_000_000 - newest - rounds * ROUND_MS
    position = 0
    for number in range(rounds):
        for record in golden:
            if number and record.value_type in DEFINITIONS:
                continue
            position += 1
            yield _moved(record, position, number, began + number * ROUND_MS)


def _moved(record: Record, position: int, number: int, later_ms: int) -> Record:
    is_definition = record.value_type in DEFINITIONS
    value = _in_other_partition(shifted(record.value, 0 if is_definition else number * KEYS_PER_ROUND))
    assert isinstance(value, dict)
    key = record.key + OTHER_PARTITION + (0 if is_definition else number * KEYS_PER_ROUND) if record.key > 0 else record.key
    return _record(record, position=position, key=key, timestamp=record.timestamp + later_ms, value=value)


def _record(record: Record, *, position: int, key: int, timestamp: int, value: dict[str, object]) -> Record:
    return Record(
        position=position,
        value_type=record.value_type,
        intent=record.intent,
        key=key,
        timestamp=timestamp,
        record_type=record.record_type,
        value=value,
        partition_id=PARTITION,
    )


def _in_other_partition(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool) and FIRST_KEY < value < 2 * FIRST_KEY:
        return value + OTHER_PARTITION
    if isinstance(value, dict):
        return {name: _in_other_partition(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_in_other_partition(each) for each in value]
    return value


def _fill_clocks(engine: Engine) -> None:
    """A clock for each open ticket, as its process starts one."""
    now = time.time_ns() // 1_000_000
    with engine.begin() as connection:
        open_tickets = connection.execute(select(tickets.c.number, tickets.c.team).where(tickets.c.status != "closed")).all()
        rows = [
            {
                "tenant_id": "<default>",
                "subject_id": f"T-{row.number}",
                "subject_type": "ticket",
                "subject": f"Ticket {row.number}",
                "team": row.team,
                "lead": "",
                "priority": "normal",
                "customer": "",
                "process_instance_key": 0,
                "started_at": now - each * 60_000,
                "reply_within": 4 * HOUR_MS,
                "resolve_within": 24 * HOUR_MS,
                "revision": 1,
                "reply_due_at": now - each * 60_000 + 4 * HOUR_MS,
                "resolve_due_at": now - each * 60_000 + 24 * HOUR_MS,
                "pause_reason": "",
                "outcome": "",
            }
            for each, row in enumerate(open_tickets)
        ]
        for batch in batched(rows, BATCH):
            connection.execute(insert(sla_clock), batch)


def secret_key_of(data: Path) -> str:
    return (data / "secret.key").read_text(encoding="ascii")
