"""Customers and their tickets: the port, and the built-in CRM that serves where no other is connected."""

from services.crm.memory_desk import InMemoryTicketDesk
from services.crm.sql_desk import SqlTicketDesk
from services.crm.tickets import (
    InvalidTicket,
    MessagePublisher,
    NewTicket,
    Ticket,
    TicketDesk,
    TicketReceipt,
    TicketStatus,
    TicketUnknown,
)

__all__ = [
    "InMemoryTicketDesk",
    "InvalidTicket",
    "MessagePublisher",
    "NewTicket",
    "SqlTicketDesk",
    "Ticket",
    "TicketDesk",
    "TicketReceipt",
    "TicketStatus",
    "TicketUnknown",
]
