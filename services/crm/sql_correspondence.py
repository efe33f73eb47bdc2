"""Correspondence in SQL, beside the tickets; what belongs together is one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, RowMapping, Select, select, update

from services.crm.correspondence import (
    CUSTOMER_REPLIED,
    HIGHEST_RATING,
    LOWEST_RATING,
    MAIL,
    MAXIMUM_COMMENT,
    STAFF,
    TICKET_REPLIED,
    Attachment,
    AttachmentUnknown,
    EventPublisher,
    IncomingMessage,
    InvalidMessage,
    MessageKind,
    MessageReceipt,
    Reply,
    ThreadMessage,
    required_text,
)
from services.crm.incoming_rows import take_in
from services.crm.message_rows import SENT_KINDS, TOLD_KINDS, add_message, attachment_of_row, attachments_by_message
from services.crm.sql_desk import find_ticket, ticket_id_of, ticket_of_row, utc_now, zoned
from services.crm.tables import ticket_attachments, ticket_messages, tickets

MAXIMUM_THREAD = 2000
MAXIMUM_REFERENCES = 20


@dataclass(frozen=True, slots=True)
class SqlCorrespondence:
    """`Correspondence` over one tenant's rows."""

    engine: Engine
    tenant_id: str = "<default>"

    def receive(self, message: IncomingMessage) -> MessageReceipt:
        with self.engine.begin() as connection:
            return take_in(connection, self.tenant_id, message)

    def reply(self, ticket_id: str, text: str, *, author: str, request_id: str, attachments: Sequence[Attachment] = ()) -> None:
        self._add(ticket_id, MessageKind.REPLY, text, author, request_id, attachments)

    def note(self, ticket_id: str, text: str, *, author: str, request_id: str) -> None:
        self._add(ticket_id, MessageKind.NOTE, text, author, request_id)

    def rate(self, ticket_id: str, rating: int, comment: str) -> None:
        if not LOWEST_RATING <= rating <= HIGHEST_RATING:
            raise InvalidMessage(f"a rating is {LOWEST_RATING} to {HIGHEST_RATING}, not {rating}")
        with self.engine.begin() as connection:
            ticket = find_ticket(connection, self.tenant_id, ticket_id)
            if ticket["closed_at"] is None:
                raise InvalidMessage(f"{ticket_id} is still open: it can be rated once it is closed")
            values = {"rating": rating, "rating_comment": comment.replace("\0", "").strip()[:MAXIMUM_COMMENT]}
            change = update(tickets).where(tickets.c.number == ticket["number"])
            connection.execute(change.values(**values, rated_at=utc_now()))

    def thread(self, ticket_id: str) -> tuple[ThreadMessage, ...]:
        with self.engine.connect() as connection:
            ticket = find_ticket(connection, self.tenant_id, ticket_id)
            files = attachments_by_message(connection, ticket["number"])
            rows = connection.execute(_messages_of(ticket["number"])).mappings().all()
        first = ThreadMessage(
            0,
            MessageKind.CUSTOMER,
            ticket["source"],
            ticket["customer_name"],
            ticket["customer_email"],
            ticket["text"],
            zoned(ticket["created_at"]),
            ticket["external_id"] if ticket["source"] == MAIL else "",
            attachments=files.get(0, ()),
        )
        return (first, *(_message_of_row(row, files.get(row["number"], ())) for row in rows))

    def attachment(self, ticket_id: str, number: int) -> Attachment:
        with self.engine.connect() as connection:
            ticket = find_ticket(connection, self.tenant_id, ticket_id)
            columns = ticket_attachments.c
            query = select(ticket_attachments).where(columns.number == number, columns.ticket_number == ticket["number"])
            row = connection.execute(query).mappings().first()
        if row is None:
            raise AttachmentUnknown(f"{ticket_id} has no attachment {number}")
        return attachment_of_row(row)

    async def publish_answers(self, publisher: EventPublisher, *, limit: int = 200) -> int:
        columns = ticket_messages.c
        query = (
            select(columns.number, columns.ticket_number, columns.kind)
            .where(columns.kind.in_(TOLD_KINDS), columns.announced_at.is_(None), columns.tenant_id == self.tenant_id)
            .order_by(columns.number)
            .limit(limit)
        )
        with self.engine.connect() as connection:
            pending = connection.execute(query).all()
        for row in pending:
            name = CUSTOMER_REPLIED if row.kind == MessageKind.CUSTOMER else TICKET_REPLIED
            await publisher.publish_now(name, ticket_id_of(row.ticket_number), {})
            with self.engine.begin() as connection:
                done = update(ticket_messages).where(columns.number == row.number)
                connection.execute(done.values(announced_at=utc_now()))
        return len(pending)

    def unhanded(self, *, limit: int = 100) -> list[Reply]:
        columns = ticket_messages.c
        query = (
            select(ticket_messages)
            .where(columns.kind.in_(SENT_KINDS), columns.handed_at.is_(None), columns.tenant_id == self.tenant_id)
            .order_by(columns.number)
            .limit(limit)
        )
        with self.engine.connect() as connection:
            return [self._reply(connection, row) for row in connection.execute(query).mappings().all()]

    def mark_handed(self, number: int, message_id: str) -> None:
        with self.engine.begin() as connection:
            mine = (ticket_messages.c.number == number) & (ticket_messages.c.tenant_id == self.tenant_id)
            connection.execute(update(ticket_messages).where(mine).values(handed_at=utc_now(), message_id=message_id))

    def _add(
        self,
        ticket_id: str,
        kind: MessageKind,
        text: str,
        author: str,
        request_id: str,
        attachments: Sequence[Attachment] = (),
    ) -> None:
        written = required_text(text)
        with self.engine.begin() as connection:
            ticket = find_ticket(connection, self.tenant_id, ticket_id)
            who = (author, "")
            add_message(connection, ticket, kind, STAFF, request_id, text=written, author=who, attachments=attachments)

    def _reply(self, connection: Connection, row: RowMapping) -> Reply:
        ticket = find_ticket(connection, self.tenant_id, ticket_id_of(row["ticket_number"]))
        first = [ticket["external_id"]] if ticket["source"] == MAIL else []
        earlier = _messages_of(ticket["number"]).where(
            ticket_messages.c.number < row["number"], ticket_messages.c.message_id.is_not(None)
        )
        thread = first + [each["message_id"] for each in connection.execute(earlier).mappings()]
        # The first and the latest say where it belongs; a header of thousands would be cut by somebody.
        references = tuple(thread[:1] + thread[1:][-MAXIMUM_REFERENCES:])
        files = attachments_by_message(connection, ticket["number"]).get(row["number"], ())
        kind = MessageKind(row["kind"])
        return Reply(row["number"], kind, row["text"], row["author_name"], ticket_of_row(ticket), references, files)


def _messages_of(ticket_number: int) -> Select[tuple[object, ...]]:
    columns = ticket_messages.c
    return select(ticket_messages).where(columns.ticket_number == ticket_number).order_by(columns.number).limit(MAXIMUM_THREAD)


def _message_of_row(row: RowMapping, attachments: tuple[Attachment, ...]) -> ThreadMessage:
    return ThreadMessage(
        row["number"],
        MessageKind(row["kind"]),
        row["source"],
        row["author_name"],
        row["author_email"],
        row["text"],
        zoned(row["created_at"]),
        row["message_id"] or "",
        row["handed_at"] is not None,
        attachments,
    )
