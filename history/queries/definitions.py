"""What was deployed: processes with their versions, decisions, forms."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, case, func, select

from history.queries.reader import NotInHistory, Reader, maybe_moment, moment
from history.tables import (
    RUNNING,
    STUCK,
    decision,
    decision_requirements,
    form,
    heat_map,
    process_definition,
    process_element,
    process_instance,
)


@dataclass(frozen=True, slots=True)
class ProcessVersion:
    """One deployed version of a process, and how its instances fare."""

    key: int
    bpmn_process_id: str
    version: int
    name: str
    resource_name: str
    deployed_at: datetime
    deleted_at: datetime | None
    active: int
    # Active instances with an open incident, be it in one they called; they are counted in `active` too.
    incidents: int
    completed: int
    canceled: int


@dataclass(frozen=True, slots=True)
class Process:
    """A process: its latest version speaks for it, the counts are of all versions."""

    bpmn_process_id: str
    name: str
    latest: ProcessVersion
    versions: int
    active: int
    incidents: int
    completed: int
    canceled: int


@dataclass(frozen=True, slots=True)
class ProcessDefinition:
    key: int
    bpmn_process_id: str
    version: int
    name: str
    resource_name: str
    checksum: str
    deployed_at: datetime
    deleted_at: datetime | None
    xml: str


@dataclass(frozen=True, slots=True)
class ProcessElement:
    """An element or sequence flow as the modeller drew it."""

    element_id: str
    element_type: str
    name: str
    scope_id: str
    source_id: str
    target_id: str


@dataclass(frozen=True, slots=True)
class DecisionRequirements:
    key: int
    decision_requirements_id: str
    version: int
    name: str
    resource_name: str
    deployed_at: datetime
    deleted_at: datetime | None


@dataclass(frozen=True, slots=True)
class DecisionRequirementsDocument:
    requirements: DecisionRequirements
    xml: str


@dataclass(frozen=True, slots=True)
class Decision:
    key: int
    decision_id: str
    version: int
    name: str
    decision_requirements_key: int
    decision_requirements_id: str
    deployed_at: datetime
    deleted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Form:
    """A form; `document` is its JSON text."""

    key: int
    form_id: str
    version: int
    resource_name: str
    deployed_at: datetime
    deleted_at: datetime | None
    document: str


class DefinitionQueries(Reader):
    """Deployed definitions of one tenant."""

    def processes(self, *, counted: bool = True) -> list[Process]:
        """One entry for each `bpmn_process_id`, by name; not `counted`, for a choice, they have no instances."""
        by_process: dict[str, list[ProcessVersion]] = {}
        for version in self._versions(None, counted=counted):
            by_process.setdefault(version.bpmn_process_id, []).append(version)
        processes = [_process(versions) for versions in by_process.values()]
        return sorted(processes, key=lambda process: (process.name.casefold(), process.bpmn_process_id))

    def process_versions(self, bpmn_process_id: str, *, counted: bool = True) -> list[ProcessVersion]:
        """Every version of a process, newest first; empty when it is unknown."""
        return self._versions(bpmn_process_id, counted=counted)

    def process_definition(self, key: int) -> ProcessDefinition:
        """One version with its XML.

        Raises:
            NotInHistory: this tenant has no such definition.
        """
        row = self._first(select(process_definition).where(self._mine(process_definition), process_definition.c.key == key))
        if row is None:
            raise NotInHistory("process definition", key)
        return _definition(row)

    def latest_process_definition(self, bpmn_process_id: str, version: int | None = None) -> ProcessDefinition:
        """The newest version that is not deleted, or the named one.

        Raises:
            NotInHistory: this tenant has no such process or version.
        """
        columns = process_definition.c
        chosen = columns.deleted_at.is_(None) if version is None else columns.version == version
        row = self._first(
            select(process_definition)
            .where(self._mine(process_definition), columns.bpmn_process_id == bpmn_process_id, chosen)
            .order_by(columns.version.desc())
        )
        if row is None:
            raise NotInHistory("process", bpmn_process_id if version is None else f"{bpmn_process_id} version {version}")
        return _definition(row)

    def process_elements(self, process_definition_key: int) -> list[ProcessElement]:
        """Elements and sequence flows in document order; empty when the definition is unknown."""
        rows = self._all(
            select(process_element)
            .join(process_definition, process_definition.c.key == process_element.c.process_definition_key)
            .where(self._mine(process_definition), process_element.c.process_definition_key == process_definition_key)
            .order_by(process_element.c.ordinal)
        )
        return [
            ProcessElement(row.element_id, row.element_type, row.name, row.scope_id, row.source_id, row.target_id)
            for row in rows
        ]

    def decision_requirements(self) -> list[DecisionRequirements]:
        """Every version of every decision requirements graph, by name, newest version first."""
        columns = decision_requirements.c
        wanted = [column for column in columns if column.name != "xml"]
        rows = self._all(
            select(*wanted).where(self._mine(decision_requirements)).order_by(columns.name, columns.key, columns.version.desc())
        )
        found = [_requirements(row) for row in rows]
        return sorted(found, key=lambda each: (each.name.casefold(), each.decision_requirements_id, -each.version))

    def decision_requirements_document(self, key: int) -> DecisionRequirementsDocument:
        """One version of a decision requirements graph with its XML.

        Raises:
            NotInHistory: this tenant has no such graph.
        """
        table = decision_requirements
        row = self._first(select(table).where(self._mine(table), table.c.key == key))
        if row is None:
            raise NotInHistory("decision requirements graph", key)
        return DecisionRequirementsDocument(_requirements(row), row.xml)

    def decisions(self) -> list[Decision]:
        """The latest version of every decision that is not deleted, by name."""
        newest: dict[str, Decision] = {}
        for found in self._decisions(decision.c.deleted_at.is_(None)):
            newest.setdefault(found.decision_id, found)
        return sorted(newest.values(), key=lambda each: (each.name.casefold(), each.decision_id))

    def decision_versions(self, decision_id: str) -> list[Decision]:
        """Every version of a decision, newest first."""
        return self._decisions(decision.c.decision_id == decision_id)

    def decision(self, key: int) -> Decision:
        """One version of a decision.

        Raises:
            NotInHistory: this tenant has no such decision.
        """
        found = self._decisions(decision.c.key == key)
        if not found:
            raise NotInHistory("decision", key)
        return found[0]

    def form(self, key: int) -> Form:
        """One version of a form.

        Raises:
            NotInHistory: this tenant has no such form.
        """
        row = self._first(select(form).where(self._mine(form), form.c.key == key))
        if row is None:
            raise NotInHistory("form", key)
        return _form(row)

    def latest_form(self, form_id: str) -> Form:
        """The newest version of a form that is not deleted.

        Raises:
            NotInHistory: this tenant has no form with this id.
        """
        row = self._first(
            select(form)
            .where(self._mine(form), form.c.form_id == form_id, form.c.deleted_at.is_(None))
            .order_by(form.c.version.desc())
        )
        if row is None:
            raise NotInHistory("form", form_id)
        return _form(row)

    def forms(self) -> list[Form]:
        """The latest version of every form that is not deleted, by id."""
        newest: dict[str, Form] = {}
        statement = select(form).where(self._mine(form), form.c.deleted_at.is_(None))
        for row in self._all(statement.order_by(form.c.form_id, form.c.version.desc())):
            newest.setdefault(row.form_id, _form(row))
        return list(newest.values())

    def _decisions(self, condition: ColumnElement[bool]) -> list[Decision]:
        columns = decision.c
        statement = select(decision).where(self._mine(decision), condition)
        return [
            Decision(
                row.key,
                row.decision_id,
                row.version,
                row.name,
                row.decision_requirements_key,
                row.decision_requirements_id,
                moment(row.deployed_at),
                maybe_moment(row.deleted_at),
            )
            for row in self._all(statement.order_by(columns.decision_id, columns.version.desc()))
        ]

    def _versions(self, bpmn_process_id: str | None, *, counted: bool = True) -> list[ProcessVersion]:
        columns = process_definition.c
        statement = select(*[column for column in columns if column.name not in {"xml", "checksum"}])
        statement = statement.where(self._mine(process_definition))
        if bpmn_process_id is not None:
            statement = statement.where(columns.bpmn_process_id == bpmn_process_id)
        rows = self._all(statement.order_by(columns.bpmn_process_id, columns.version.desc()))
        keys = [row.key for row in rows] if counted else []
        running = {row.process_definition_key: row for row in self._all(_running(keys))} if keys else {}
        ended = {row.process_definition_key: row for row in self._all(_ended(keys))} if keys else {}
        return [
            ProcessVersion(
                row.key,
                row.bpmn_process_id,
                row.version,
                row.name or row.bpmn_process_id,
                row.resource_name,
                moment(row.deployed_at),
                maybe_moment(row.deleted_at),
                active=running[row.key].active if row.key in running else 0,
                incidents=running[row.key].stuck if row.key in running else 0,
                completed=int(ended[row.key].completed) if row.key in ended else 0,
                canceled=int(ended[row.key].canceled) if row.key in ended else 0,
            )
            for row in rows
        ]


def _running(process_definition_keys: Collection[int]) -> Select[Any]:
    columns = process_instance.c
    return (
        select(
            columns.process_definition_key,
            func.count().label("active"),
            func.sum(case((STUCK, 1), else_=0)).label("stuck"),
        )
        .where(columns.process_definition_key.in_(process_definition_keys), RUNNING)
        .group_by(columns.process_definition_key)
    )


def _ended(process_definition_keys: Collection[int]) -> Select[Any]:
    """Ended instances as the heat map has them: sums, where counting instances would take ever longer."""
    columns = heat_map.c
    return (
        select(
            columns.process_definition_key,
            func.sum(columns.completed).label("completed"),
            func.sum(columns.terminated).label("canceled"),
        )
        .where(columns.process_definition_key.in_(process_definition_keys), columns.element_type == "PROCESS")
        .group_by(columns.process_definition_key)
    )


def _process(versions: list[ProcessVersion]) -> Process:
    """A process from its versions, newest first; a deleted version speaks for it only when none is left."""
    latest = next((version for version in versions if version.deleted_at is None), versions[0])
    return Process(
        latest.bpmn_process_id,
        latest.name,
        latest,
        versions=len(versions),
        active=sum(version.active for version in versions),
        incidents=sum(version.incidents for version in versions),
        completed=sum(version.completed for version in versions),
        canceled=sum(version.canceled for version in versions),
    )


def _definition(row: Row[Any]) -> ProcessDefinition:
    return ProcessDefinition(
        row.key,
        row.bpmn_process_id,
        row.version,
        row.name or row.bpmn_process_id,
        row.resource_name,
        row.checksum,
        moment(row.deployed_at),
        maybe_moment(row.deleted_at),
        row.xml,
    )


def _requirements(row: Row[Any]) -> DecisionRequirements:
    return DecisionRequirements(
        row.key,
        row.decision_requirements_id,
        row.version,
        row.name,
        row.resource_name,
        moment(row.deployed_at),
        maybe_moment(row.deleted_at),
    )


def _form(row: Row[Any]) -> Form:
    return Form(
        row.key,
        row.form_id,
        row.version,
        row.resource_name,
        moment(row.deployed_at),
        maybe_moment(row.deleted_at),
        row.document,
    )
