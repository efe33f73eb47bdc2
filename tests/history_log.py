"""The golden record log, and databases filled from records."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from history.projector import Projector
from history.tables import metadata
from zeebe.records import Record, decode_lines

GOLDEN = Path(__file__).parent / "golden"


def golden(name: str = "orders") -> list[Record]:
    return decode_lines((GOLDEN / f"{name}.ndjson").read_bytes())


def project(engine: Engine, records: Sequence[Record], cuts: Iterable[int] = ()) -> None:
    """Apply records in batches that end at the cuts."""
    projector = Projector(engine)
    start = 0
    for end in [*sorted(set(cuts)), len(records)]:
        projector.apply(records[start:end])
        start = end


def as_text(engine: Engine) -> str:
    """All read models as readable JSON, one row a line, without the deployed files."""
    lines = []
    for name, table in sorted(metadata.tables.items()):
        shown = [column.name for column in table.columns if column.name not in {"xml", "document"}]
        with engine.connect() as connection:
            rows = connection.execute(table.select().order_by(*table.primary_key.columns)).mappings().all()
        lines += [f"{name} {json.dumps({column: row[column] for column in shown}, ensure_ascii=False)}" for row in rows]
    return "\n".join(lines) + "\n"


def contents(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every read model, in the order of their keys."""
    with engine.connect() as connection:
        return {
            name: [tuple(row) for row in connection.execute(table.select().order_by(*table.primary_key.columns))]
            for name, table in metadata.tables.items()
        }
