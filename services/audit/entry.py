"""One entry of the audit log, and how it hangs on the one before."""

import hashlib
import json
from dataclasses import dataclass, field, replace
from typing import Any

# What the first entry hangs on.
GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Deed:
    """Who did what to what; `before` and `after` hold only what differs, or what was asked for where that is not known."""

    actor: str
    # A route as `POST /accounts/{account_id}`, or a command as `penstock deploy`.
    action: str
    # What it was done to, as `account:7f3a…` or `instance:2251799813685251`; empty where it is new or many.
    subject: str = ""
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    # "session", "token", "command" or "customer".
    way: str = ""
    outcome: int = 200
    tenant_id: str = "<default>"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """A deed in its place in the log; `at` is in milliseconds since 1970."""

    sequence: int
    at: int
    deed: Deed
    previous: str
    sum: str = ""

    @property
    def fits(self) -> bool:
        """Whether the entry is as it was written."""
        return hashed(self).sum == self.sum


def hashed(entry: AuditEntry) -> AuditEntry:
    """The entry with its sum."""
    deed = entry.deed
    parts = [
        *(entry.sequence, entry.at, entry.previous, deed.tenant_id, deed.actor, deed.way, deed.action, deed.subject),
        *(deed.outcome, deed.before, deed.after),
    ]
    text = json.dumps(parts, ensure_ascii=True, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return replace(entry, sum=hashlib.sha256(text.encode()).hexdigest())
