"""Related tickets joined with the desk and with the processes behind merged tickets."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog
from sqlalchemy import Engine, RowMapping, Select, select

from api.related_room import RelatedRoom
from bootstrap.connections import ticket_desk, zeebe_client
from bootstrap.tenants import heard_tenants, in_each
from bootstrap.tracing import publisher
from history.queries import InstanceFilter, Queries
from services.crm import MessagePublisher
from services.crm.correspondence import EventPublisher
from services.crm.reopening import reopen
from services.crm.sql_desk import number_of, ticket_id_of, zoned
from services.crm.tables import tickets
from services.related import Merge, RelatedTickets, SqlIndex, SqlMerges, TicketText
from settings import Settings
from workers.background import BackgroundTask

log = structlog.get_logger(__name__)

FILL_SECONDS = 10
SETTLE_SECONDS = 5
# What the read models show may be this old.
READ_MODELS_BEHIND = timedelta(seconds=10)
TENANT = "<default>"


class Publisher(MessagePublisher, EventPublisher, Protocol):
    """Messages that wait for their instance, and messages for whoever waits now."""


@dataclass(frozen=True, slots=True)
class DeskTexts:
    """`services.related.TicketTexts` over the built-in CRM."""

    engine: Engine
    tenant_id: str = TENANT

    def get(self, ticket_id: str) -> TicketText | None:
        number = number_of(ticket_id)
        found = [] if number is None else self._read(self._all().where(tickets.c.number == number))
        return found[0] if found else None

    def after(self, number: int, limit: int) -> Sequence[TicketText]:
        return self._read(self._all().where(tickets.c.number > number).order_by(tickets.c.number).limit(limit))

    def with_numbers(self, numbers: Sequence[int]) -> Sequence[TicketText]:
        return self._read(self._all().where(tickets.c.number.in_(numbers)))

    def of_customer(self, customer: str, limit: int) -> Sequence[TicketText]:
        query = self._all().where(tickets.c.customer_key == customer)
        return self._read(query.order_by(tickets.c.number.desc()).limit(limit))

    def _all(self) -> Select[tuple[object, ...]]:
        columns = tickets.c
        wanted = (columns.number, columns.subject, columns.text, columns.customer_key, columns.created_at, columns.status)
        return select(*wanted).where(columns.tenant_id == self.tenant_id)

    def _read(self, query: Select[tuple[object, ...]]) -> list[TicketText]:
        with self.engine.connect() as connection:
            return [_text_of_row(row) for row in connection.execute(query).mappings()]


def _text_of_row(row: RowMapping) -> TicketText:
    return TicketText(
        number=row["number"],
        ticket_id=ticket_id_of(row["number"]),
        subject=row["subject"],
        text=row["text"],
        customer=row["customer_key"],
        created_at=zoned(row["created_at"]),
        status=str(row["status"]),
    )


def related_room(engine: Engine, tenant_id: str = "<default>") -> RelatedRoom:
    merges, desk = SqlMerges(engine, tenant_id=tenant_id), ticket_desk(engine, tenant_id)

    def merge(ticket_id: str, into_id: str, by: str, reason: str) -> Merge:
        for each in (ticket_id, into_id):
            desk.get(each)
        merged = merges.merge(ticket_id, into_id, by=by, reason=reason)
        desk.close(ticket_id, outcome=f"merged into {into_id}", reply="", request_id=f"merge:{merged.number}", overrules=True)
        return merged

    def undo(number: int, by: str) -> Merge:
        undone = merges.undo(number, by=by)
        why = f"parted from {undone.into_id} by {by}"
        reopen(engine, undone.ticket_id, why=why, request_id=f"unmerge:{number}", tenant_id=tenant_id)
        return undone

    return RelatedRoom(related_tickets(engine, tenant_id), merges, merge, undo)


def related_tickets(engine: Engine, tenant_id: str = TENANT) -> RelatedTickets:
    return RelatedTickets(DeskTexts(engine, tenant_id), SqlIndex(engine, tenant_id=tenant_id))


def background_tasks(settings: Settings) -> list[BackgroundTask]:
    def fill() -> None:
        in_each(settings, lambda engine, tenant_id: related_tickets(engine, tenant_id).fill())

    def settle() -> None:
        def of_tenant(engine: Engine, tenant_id: str) -> None:
            asyncio.run(_settle(settings, engine, tenant_id))

        in_each(settings, of_tenant, whose=heard_tenants)

    return [
        BackgroundTask("related.fill", fill, every_seconds=FILL_SECONDS),
        BackgroundTask("related.settle_merges", settle, every_seconds=SETTLE_SECONDS),
    ]


async def _settle(settings: Settings, engine: Engine, tenant_id: str) -> None:
    waiting = SqlMerges(engine, tenant_id=tenant_id).unsettled()
    if waiting:
        async with zeebe_client(settings) as client:
            told = publisher(client.of_tenant(tenant_id))
            await settle_merges(engine, told, waiting, datetime.now(UTC), tenant_id=tenant_id)


async def settle_merges(
    engine: Engine, publisher: Publisher, waiting: Sequence[Merge], now: datetime, *, tenant_id: str = TENANT
) -> None:
    """End the instances of merged tickets; start one anew for a ticket that was parted again and has none."""
    merges, queries = SqlMerges(engine, tenant_id=tenant_id), Queries(engine, tenant_id)
    for merge in waiting:
        changed_at = merge.merged_at if merge.undone_at is None else merge.undone_at
        about = InstanceFilter(variable_name="ticket_id", variable_value=json.dumps(merge.ticket_id))
        found = queries.instances(about, limit=20).items
        is_running = any(each.ended_at is None for each in found)
        if merge.is_in_force and is_running:
            # Heard by an instance that waits for its reply; one that has not come so far hears it the next time.
            await publisher.publish_now("ticket_withdrawn", merge.ticket_id, {})
        elif now - changed_at >= READ_MODELS_BEHIND:
            if not merge.is_in_force and not is_running:
                await _start_again(engine, publisher, merge, tenant_id)
            merges.settle(merge)


async def _start_again(engine: Engine, publisher: Publisher, merge: Merge, tenant_id: str) -> None:
    ticket = ticket_desk(engine, tenant_id).get(merge.ticket_id)
    # The process may have closed it in between.
    why = f"parted from {merge.into_id}"
    reopen(engine, merge.ticket_id, why=why, request_id=f"start-again:{merge.number}", tenant_id=tenant_id)
    identity = f"{ticket.source}:{ticket.external_id}"
    variables = {"ticket_id": ticket.ticket_id, "source": ticket.source}
    await publisher.publish_once("ticket_received", identity, f"ticket_received:{identity}:parted-{merge.number}", variables)
    log.info("parted_ticket_started_again", ticket_id=ticket.ticket_id, merge=merge.number)
