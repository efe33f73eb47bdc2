"""An entry as the cells of a table: for CSV files, which spreadsheets open."""

import json
from datetime import UTC, datetime

from services.audit.entry import AuditEntry

HEADER = ("sequence", "at", "actor", "way", "action", "subject", "outcome", "before", "after", "sum")
FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def cells(entry: AuditEntry) -> tuple[str | int, ...]:
    """A row under `HEADER`; a text that a spreadsheet would take for a formula begins with an apostrophe."""
    deed = entry.deed
    return (
        entry.sequence,
        datetime.fromtimestamp(entry.at / 1000, UTC).isoformat(timespec="milliseconds"),
        *map(_plain, (deed.actor, deed.way, deed.action, deed.subject)),
        deed.outcome,
        *(_plain(json.dumps(value, ensure_ascii=False)) for value in (deed.before, deed.after)),
        entry.sum,
    )


def _plain(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA_BEGINS) else text
