"""What modellers called processes and elements, for rows that carry a name."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from history.tables import process_definition, process_element

MAX_REMEMBERED = 1_000


@dataclass(frozen=True, slots=True)
class DefinitionNames:
    process: str = ""
    elements: Mapping[str, str] = field(default_factory=dict)


class ElementNames:
    """Names per process definition, remembered: a definition never changes under its key."""

    def __init__(self) -> None:
        self._names: dict[int, DefinitionNames] = {}

    def learn(self, process_definition_key: int, names: DefinitionNames) -> None:
        if len(self._names) >= MAX_REMEMBERED:
            self._names.clear()
        self._names[process_definition_key] = names

    def of(self, connection: Connection, process_definition_key: int) -> DefinitionNames:
        """The names in a definition; empty ones where it is not known yet."""
        known = self._names.get(process_definition_key)
        if known is not None:
            return known
        columns = process_element.c
        process = connection.execute(
            select(process_definition.c.name).where(process_definition.c.key == process_definition_key)
        ).scalar_one_or_none()
        if process is None:
            return DefinitionNames()
        elements = connection.execute(
            select(columns.element_id, columns.name).where(columns.process_definition_key == process_definition_key)
        )
        self.learn(process_definition_key, DefinitionNames(process, {row.element_id: row.name for row in elements}))
        return self._names[process_definition_key]
