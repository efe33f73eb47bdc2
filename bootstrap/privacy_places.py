"""Where a customer's data lies, and what is left of each row when it is erased.

Rows stay, for counts and reports are made of them; what tells who somebody is goes.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Table,
    and_,
    cast,
    delete,
    false,
    func,
    or_,
    select,
    true,
    type_coerce,
    update,
)

from api.privacy_desk import ERASED
from history.tables import process_instance, variable, variable_history
from services.assistant.tables import drafts
from services.changes import Action, ItemState
from services.changes.tables import change_event, change_item, change_set
from services.crm.connectors.ports import Kind
from services.crm.connectors.tables import connection as connections
from services.crm.connectors.tables import own_note, own_record, record
from services.crm.sql_desk import ticket_id_of
from services.crm.tables import ticket_attachments, ticket_messages, ticket_notes, tickets
from services.mail.tables import outgoing
from services.portal.tables import links, sessions

# Variables whose names say that they hold what a customer wrote or is.
_PERSONAL_NAMES = ("customer", "email", "name", "text", "subject", "reply", "draft", "phone", "address", "message", "body")
MAILS_AND_PORTAL = ("mails", "portal_links", "portal_sessions")
# Of the built-in CRM and of connected ones.
RECORDS = (
    "customer_notes",
    "customer_change_sets",
    "customer_change_reasons",
    "customer_changes",
    "customers",
    "synchronised",
)
OWN_SYSTEM = "crm"
# Nobody applies these values any more.
SETTLED = (ItemState.APPLIED, ItemState.UNCHANGED, ItemState.REFUSED, ItemState.REVERTED)


def tickets_of(connection: Connection, key: str, tenant_id: str | None) -> dict[int, str]:
    found = select(tickets.c.number, tickets.c.status).where(tickets.c.customer_key == key, _of(tickets, tenant_id))
    rows = connection.execute(found)
    return {row.number: row.status for row in rows}


def left_by_their_process(connection: Connection, numbers: Collection[int]) -> set[int]:
    """Tickets whose process was ended before it closed them, by an operator say: nobody is going to close them."""
    values = {json.dumps(ticket_id_of(number)): number for number in numbers}
    instances = variable.join(process_instance, process_instance.c.key == variable.c.process_instance_key)
    ended = (
        select(variable.c.value)
        .select_from(instances)
        .where(variable.c.name == "ticket_id", variable.c.value.in_(values))
        .group_by(variable.c.value)
        .having(func.count() == func.count(process_instance.c.ended_at))
    )
    return {values[each] for each in connection.scalars(ended)}


def _of(table: Table, tenant_id: str | None) -> ColumnElement[bool]:
    return true() if tenant_id is None else table.c.tenant_id == tenant_id


def places_of(
    connection: Connection, key: str, numbers: Mapping[int, str], tenant_id: str | None, left_out: Collection[str] = ()
) -> dict[str, tuple[Table, ColumnElement[bool]]]:
    """Where a customer's data lies, without records of the built-in CRM that are left out."""
    own = list(numbers)
    ids = [ticket_id_of(number) for number in own]
    instances = _instances(connection, ids)
    return {
        "messages": (ticket_messages, ticket_messages.c.ticket_number.in_(own)),
        "notes": (ticket_notes, ticket_notes.c.ticket_number.in_(own)),
        "attachments": (ticket_attachments, ticket_attachments.c.ticket_number.in_(own)),
        "drafts": (drafts, drafts.c.ticket_id.in_(ids)),
        "mails": (outgoing, (func.lower(outgoing.c.recipient) == key) & _of(outgoing, tenant_id)),
        "portal_links": (links, (links.c.customer_key == key) & _of(links, tenant_id)),
        "portal_sessions": (sessions, (sessions.c.customer_key == key) & _of(sessions, tenant_id)),
        "variables": (variable, _personal(variable, instances)),
        "variable_history": (variable_history, _personal(variable_history, instances)),
        **_records(connection, key, tenant_id, left_out),
        "tickets": (tickets, tickets.c.number.in_(own)),
    }


def _records(
    connection: Connection, key: str, tenant_id: str | None, left_out: Collection[str]
) -> dict[str, tuple[Table, ColumnElement[bool]]]:
    """Customers of the built-in CRM, and our copies of other CRMs' records."""
    found = [each for each in _customers(connection, key, tenant_id) if f"customer:{each[1]}" not in left_out]
    changes = or_(false(), *(_changes_of(*each) for each in found))
    of_changes = select(change_item.c.set_id).where(changes)
    own_connections = select(connections.c.connection_id).where(_of(connections, tenant_id))
    return {
        "customer_notes": (own_note, or_(false(), *(_of_customer(own_note, *each) for each in found))),
        "customer_change_sets": (change_set, change_set.c.set_id.in_(of_changes)),
        "customer_change_reasons": (
            change_event,
            change_event.c.set_id.in_(of_changes) & (change_event.c.action == Action.PROPOSED),
        ),
        "customer_changes": (change_item, changes),
        "customers": (own_record, or_(false(), *(_of_customer(own_record, *each) for each in found))),
        "synchronised": (
            record,
            record.c.connection_id.in_(own_connections)
            & (_is(connection, record, "email", key) | _is(connection, record, "customer_email", key)),
        ),
    }


def waiting_for(connection: Connection, key: str, tenant_id: str | None) -> list[str]:
    """The customer's records of which a change waits to be decided or applied, as change sets name them."""
    found = _customers(connection, key, tenant_id)
    is_open = or_(false(), *(_changes_of(*each) for each in found)) & change_item.c.state.not_in(SETTLED)
    return sorted(connection.scalars(select(change_item.c.record).where(is_open).distinct()))


def _customers(connection: Connection, key: str, tenant_id: str | None) -> list[tuple[str, int]]:
    is_theirs = (own_record.c.kind == Kind.CUSTOMER.value) & _is(connection, own_record, "email", key)
    rows = connection.execute(select(own_record.c.tenant_id, own_record.c.number).where(_of(own_record, tenant_id), is_theirs))
    return [(row.tenant_id, row.number) for row in rows]


def _of_customer(table: Table, tenant_id: str, number: int) -> ColumnElement[bool]:
    return and_(table.c.tenant_id == tenant_id, table.c.kind == Kind.CUSTOMER.value, table.c.number == number)


def _changes_of(tenant_id: str, number: int) -> ColumnElement[bool]:
    of_tenant = change_item.c.set_id.in_(select(change_set.c.set_id).where(change_set.c.tenant_id == tenant_id))
    return and_(change_item.c.system == OWN_SYSTEM, change_item.c.record == f"customer:{number}", of_tenant)


def _is(connection: Connection, table: Table, name: str, key: str) -> ColumnElement[bool]:
    """Whether a value in a record's JSON is this address."""
    values = table.c["values"]
    held: Any = cast(values, JSON) if connection.dialect.name == "postgresql" else type_coerce(values, JSON)
    return func.lower(held[name].as_string()) == key


def _instances(connection: Connection, ticket_ids: Sequence[str]) -> list[int]:
    """The process instances of tickets, as far as the read models know them."""
    values = [json.dumps(each) for each in ticket_ids]
    query = (
        select(variable.c.process_instance_key).where(variable.c.name == "ticket_id", variable.c.value.in_(values)).distinct()
    )
    return list(connection.scalars(query))


def _personal(table: Table, instances: Sequence[int]) -> ColumnElement[bool]:
    names = or_(*(func.lower(table.c.name).contains(each) for each in _PERSONAL_NAMES))
    return table.c.process_instance_key.in_(instances) & names & (table.c.value != json.dumps(ERASED))


def rows_of(connection: Connection, table: Table, condition: ColumnElement[bool]) -> list[dict[str, Any]]:
    hidden = {"link_hash", "session_hash", "content"}
    rows = connection.execute(select(table).where(condition)).mappings()
    return [{name: value for name, value in row.items() if name not in hidden} for row in rows]


def erase_rows(connection: Connection, table: Table, condition: ColumnElement[bool]) -> int:
    if table in {links, sessions, outgoing, ticket_attachments, ticket_notes, own_note}:
        return connection.execute(delete(table).where(condition)).rowcount
    blank: dict[str, Any] = {
        "ticket": {
            "subject": ERASED,
            "text": ERASED,
            "customer_name": "",
            "customer_email": "",
            "customer_key": "",
            "rating_comment": "",
        },
        "ticket_message": {"text": ERASED, "author_name": "", "author_email": ""},
        "assistant_draft": {"text": ERASED, "citations": "[]", "reason": ""},
        "variable": {"value": json.dumps(ERASED), "value_start": json.dumps(ERASED)},
        "variable_history": {"value": json.dumps(ERASED)},
        "crm_own_record": {"values": json.dumps({"name": ERASED})},
        "crm_record": {"values": json.dumps({"name": ERASED})},
        "change_set": {"title": ERASED, "why": ""},
        "change_event": {"detail": ""},
        "change_item": {
            "record_label": ERASED,
            **dict.fromkeys(("before", "after", "current"), json.dumps(ERASED)),
            "evidence": "[]",
        },
    }[table.name]
    return connection.execute(update(table).where(condition).values(**blank)).rowcount
