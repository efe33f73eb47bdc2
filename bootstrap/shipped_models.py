"""Which of the shipped models a start brings to the engine: what changed in its file, and not what a designer changed since.

An engine knows a file again only where it is the newest version. A start that deployed every file would therefore put the
shipped process over the one that was changed in the editor, at each restart. So the file that was brought last is remembered
for each tenant and name; the read models say what stands in the engine now.
"""

import hashlib
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from sqlalchemy import Column, Engine, Table, select
from sqlalchemy.dialects import postgresql, sqlite

from history.tables import decision_requirements, form, process_definition
from services.modelling.tables import shipped_model


class Due(Enum):
    """What is to be done with a shipped file."""

    BRING = "it is new, or was changed: it is deployed"
    LEAVE = "it is what was brought last, whatever a designer made of it"
    BEHIND = "it was changed in its file and in the engine: a person decides"


# By the ending of a file: what it defines, by which id, and what it holds.
_DEFINED: dict[str, tuple[Table, Column[str], Column[str]]] = {
    ".bpmn": (process_definition, process_definition.c.bpmn_process_id, process_definition.c.xml),
    ".dmn": (decision_requirements, decision_requirements.c.decision_requirements_id, decision_requirements.c.xml),
    ".form": (form, form.c.form_id, form.c.document),
}


def due(file: str, brought: str | None, deployed: Sequence[str]) -> Due:
    """What a start does with a file.

    Args:
        file: its checksum.
        brought: the checksum of the file that a start brought last; None where none is remembered.
        deployed: the checksums of the versions in the engine, the newest first.
    """
    if brought == file:
        # Whatever the read models show as the newest: they may be behind.
        return Due.LEAVE
    if not deployed or deployed[0] in {brought, file}:
        return Due.BRING
    if brought is None:
        # From before anything was remembered: a file that stands below another was changed here.
        return Due.LEAVE if file in deployed else Due.BRING
    return Due.BEHIND


@dataclass(frozen=True, slots=True)
class ShippedModels:
    """The shipped files of one tenant. To an engine without a single record nothing was ever brought."""

    engine: Engine
    tenant_id: str
    is_for_empty_engine: bool = False

    def sorted_out(self, files: Iterable[Path]) -> dict[Due, list[Path]]:
        """The files by what is to be done with them."""
        found: dict[Due, list[Path]] = {each: [] for each in Due}
        if self.is_for_empty_engine:
            return found | {Due.BRING: list(files)}
        brought = self._brought()
        for file in files:
            found[due(_checksum_of(file), brought.get(file.name), self._deployed(file))].append(file)
        return found

    def were_brought(self, files: Sequence[Path]) -> None:
        """Remember files that the engine has, be it below a newer version."""
        now = time.time_ns() // 1_000_000
        rows = [
            {"tenant_id": self.tenant_id, "resource_name": file.name, "checksum": _checksum_of(file), "brought_at": now}
            for file in files
        ]
        if not rows:
            return
        insert = postgresql.insert if self.engine.dialect.name == "postgresql" else sqlite.insert
        statement = insert(shipped_model)
        newer = {name: statement.excluded[name] for name in ("checksum", "brought_at")}
        keys = ["tenant_id", "resource_name"]
        with self.engine.begin() as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=newer), rows)

    def _brought(self) -> dict[str, str]:
        columns = shipped_model.c
        asked = select(columns.resource_name, columns.checksum).where(columns.tenant_id == self.tenant_id)
        with self.engine.connect() as connection:
            return {row.resource_name: row.checksum for row in connection.execute(asked)}

    def _deployed(self, file: Path) -> list[str]:
        """The versions of what a file defines, under whatever name they were deployed."""
        table, id_column, content = _DEFINED[file.suffix.lower()]
        columns = table.c
        here = columns.tenant_id == self.tenant_id
        ids = select(id_column).where(here, columns.resource_name == file.name)
        asked = select(content).where(here, id_column.in_(ids), columns.deleted_at.is_(None)).order_by(columns.key.desc())
        with self.engine.connect() as connection:
            return [_checksum(text) for (text,) in connection.execute(asked)]


def _checksum_of(file: Path) -> str:
    return _checksum(file.read_bytes().decode(errors="replace"))


def _checksum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
