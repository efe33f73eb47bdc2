"""Customers and their tickets: the port, and the built-in CRM that serves where no other is connected."""

from services.crm.correspondence import (
    Attachment,
    AttachmentUnknown,
    Correspondence,
    EventPublisher,
    IncomingMessage,
    InvalidMessage,
    MessageKind,
    MessageReceipt,
    Reply,
    ThreadMessage,
)
from services.crm.memory_desk import InMemoryTicketDesk
from services.crm.sql_correspondence import SqlCorrespondence
from services.crm.sql_desk import SqlTicketDesk
from services.crm.ticket_search import InvalidPlace, SqlTicketSearch, TicketFilter, TicketPage, TicketSearch
from services.crm.tickets import (
    Assignment,
    InvalidTicket,
    MessagePublisher,
    NewTicket,
    Ticket,
    TicketDesk,
    TicketReceipt,
    TicketStatus,
    TicketUnknown,
    customer_key,
)

__all__ = [
    "Assignment",
    "Attachment",
    "AttachmentUnknown",
    "Correspondence",
    "EventPublisher",
    "InMemoryTicketDesk",
    "IncomingMessage",
    "InvalidMessage",
    "InvalidPlace",
    "InvalidTicket",
    "MessageKind",
    "MessagePublisher",
    "MessageReceipt",
    "NewTicket",
    "Reply",
    "SqlCorrespondence",
    "SqlTicketDesk",
    "SqlTicketSearch",
    "ThreadMessage",
    "Ticket",
    "TicketDesk",
    "TicketFilter",
    "TicketPage",
    "TicketReceipt",
    "TicketSearch",
    "TicketStatus",
    "TicketUnknown",
    "customer_key",
]
