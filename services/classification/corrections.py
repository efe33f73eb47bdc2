"""What people said tickets are about: the classifier's examples and its judges.

Of every ten corrected tickets three, chosen by a hash of the ticket's id, are held back for ever: no model learns from them,
and every challenger meets its champion on them. A confirmation counts as a correction does; without the easy answers a model
would be judged, and taught, by its failures alone.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from sqlalchemy import ColumnElement, Engine, RowMapping, func, insert, select
from sqlalchemy.exc import IntegrityError

from services.classification.tables import corrections

# So many new corrections are worth a training at once.
ENOUGH_NEW = 50

HELD_BACK_PER_CENT = 30
LONGEST_TEXT = 20_000
DEFAULT_TENANT = "<default>"


@dataclass(frozen=True, slots=True)
class Correction:
    """`text` carries no personal data; `suggested` is empty where no classifier had answered."""

    ticket_id: str
    text: str
    label: str
    suggested: str
    made_by: str
    made_at: datetime
    model: str = ""
    confidence: float | None = None
    number: int = 0

    @property
    def agrees(self) -> bool:
        return self.label == self.suggested

    @property
    def is_held_back(self) -> bool:
        return is_held_back(self.ticket_id)


def is_held_back(ticket_id: str) -> bool:
    """Whether a ticket judges models and never teaches them."""
    digest = hashlib.sha256(f"held back:{ticket_id}".encode()).digest()
    return int.from_bytes(digest[:4]) % 100 < HELD_BACK_PER_CENT


class Corrections(Protocol):
    """Where they are kept. Nothing is ever changed or taken out."""

    def keep(self, correction: Correction, *, request_id: str) -> bool:
        """Keep it, once a request id; False where it had come before."""
        ...

    def latest_of_each(self) -> Sequence[Correction]:
        """The last one of each ticket, oldest first."""
        ...

    def recent(self, limit: int) -> Sequence[Correction]:
        """The newest first."""
        ...

    def last_number(self) -> int:
        """Of the newest one; 0 where there is none."""
        ...

    def count_after(self, number: int) -> int: ...


@dataclass(frozen=True, slots=True)
class SqlCorrections:
    """`Corrections` of one tenant: no other's classifier learns from them."""

    engine: Engine
    tenant_id: str = DEFAULT_TENANT

    def keep(self, correction: Correction, *, request_id: str) -> bool:
        row = {
            "tenant_id": self.tenant_id,
            "request_id": self._own(request_id)[:200],
            "ticket_id": correction.ticket_id[:64],
            "text": correction.text.replace("\0", " ")[:LONGEST_TEXT],
            "label": correction.label[:100],
            "suggested": correction.suggested[:100],
            "model": correction.model[:200],
            "confidence": correction.confidence,
            "made_by": correction.made_by[:200],
            "made_at": round(correction.made_at.timestamp() * 1000),
        }
        try:
            with self.engine.begin() as connection:
                connection.execute(insert(corrections), row)
        except IntegrityError:
            return False
        return True

    def latest_of_each(self) -> Sequence[Correction]:
        last = select(func.max(corrections.c.number)).where(self._mine).group_by(corrections.c.ticket_id)
        query = select(corrections).where(corrections.c.number.in_(last)).order_by(corrections.c.number)
        with self.engine.connect() as connection:
            return [_of_row(row) for row in connection.execute(query).mappings()]

    def recent(self, limit: int) -> Sequence[Correction]:
        query = select(corrections).where(self._mine).order_by(corrections.c.number.desc()).limit(limit)
        with self.engine.connect() as connection:
            return [_of_row(row) for row in connection.execute(query).mappings()]

    def last_number(self) -> int:
        with self.engine.connect() as connection:
            query = select(func.coalesce(func.max(corrections.c.number), 0)).where(self._mine)
            return int(connection.execute(query).scalar_one())

    def count_after(self, number: int) -> int:
        with self.engine.connect() as connection:
            query = select(func.count()).select_from(corrections).where(self._mine, corrections.c.number > number)
            return int(connection.execute(query).scalar_one())

    @property
    def _mine(self) -> ColumnElement[bool]:
        return corrections.c.tenant_id == self.tenant_id

    def _own(self, request_id: str) -> str:
        """Two tenants may use the same request id."""
        return request_id if self.tenant_id == DEFAULT_TENANT else f"{self.tenant_id}/{request_id}"


def _of_row(row: RowMapping) -> Correction:
    return Correction(
        ticket_id=row["ticket_id"],
        text=row["text"],
        label=row["label"],
        suggested=row["suggested"],
        made_by=row["made_by"],
        made_at=datetime.fromtimestamp(row["made_at"] / 1000, UTC),
        model=row["model"],
        confidence=row["confidence"],
        number=row["number"],
    )
