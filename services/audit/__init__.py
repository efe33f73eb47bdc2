"""Who did what, with what was there before and after: a log that can only grow, and shows when somebody changed it.

Each entry carries the sum (SHA-256) of itself and of the entry before, so one that is changed, taken out or put in breaks the
chain. The database refuses to change entries (triggers), and `penstock audit verify` follows the chain. Values are kept
without personal data of customers and without secrets: the log outlives both.
"""

from services.audit.entry import GENESIS, AuditEntry, Deed, hashed
from services.audit.log import AuditFilter, AuditLog, Verification, verify
from services.audit.memory_log import InMemoryAuditLog
from services.audit.sql_log import SqlAuditLog
from services.audit.values import told

__all__ = [
    "GENESIS",
    "AuditEntry",
    "AuditFilter",
    "AuditLog",
    "Deed",
    "InMemoryAuditLog",
    "SqlAuditLog",
    "Verification",
    "hashed",
    "told",
    "verify",
]
