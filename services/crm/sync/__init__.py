"""Keeping in step with connected CRMs: page by page, each page with its cursor in one transaction, counted at the end.

    Sync(engine).run(connection_id, crm)

A pass reads what changed since the last one began, with some overlap, or everything. Killed at any page it goes on there. What
both sides hold is counted after each pass; where the counts stay apart, everything is read anew and people are told.
"""

from services.crm.sync.book import Connection, ConnectionBook, ConnectionUnknown, InvalidConnection, Standing
from services.crm.sync.hints import HintBox
from services.crm.sync.lease import Busy, Lease, LeaseLost
from services.crm.sync.runner import Outcome, Sync, TicketIntake

__all__ = [
    "Busy",
    "Connection",
    "ConnectionBook",
    "ConnectionUnknown",
    "HintBox",
    "InvalidConnection",
    "Lease",
    "LeaseLost",
    "Outcome",
    "Standing",
    "Sync",
    "TicketIntake",
]
