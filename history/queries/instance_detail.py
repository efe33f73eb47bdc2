"""One process instance from inside: its element instances, variables, jobs and what it waits for."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Row, Select, and_, func, select

from history.queries.reader import Reader, maybe_moment, moment
from history.tables import (
    HERE_NOW,
    element_instance,
    job,
    process_element,
    process_instance,
    sequence_flow,
    variable,
    variable_history,
    waiting,
)


@dataclass(frozen=True, slots=True)
class ElementInstance:
    """One visit of a token to an element; `flow_scope_key` is the element or process instance around it."""

    key: int
    process_instance_key: int
    element_id: str
    element_name: str
    element_type: str
    flow_scope_key: int
    # ACTIVE, COMPLETED or TERMINATED.
    state: str
    incident_count: int
    started_at: datetime
    ended_at: datetime | None
    # Of the records in their partition: many steps of an instance share a millisecond, none shares a position.
    started_position: int
    ended_position: int | None


@dataclass(frozen=True, slots=True)
class ElementStatistics:
    """The badges of one element on an instance's diagram."""

    element_id: str
    active: int
    incidents: int
    completed: int
    terminated: int


@dataclass(frozen=True, slots=True)
class FlowStatistics:
    """How often an instance took a sequence flow."""

    element_id: str
    taken: int
    last_taken_at: datetime


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable's present value, as JSON text."""

    key: int
    name: str
    value: str
    # The process instance, or the element instance the variable is local to.
    scope_key: int
    process_instance_key: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class VariableValue:
    """A value that a variable has, or had until `replaced_at`."""

    variable_key: int
    name: str
    value: str
    scope_key: int
    set_at: datetime
    replaced_at: datetime | None
    # Of the record that set it.
    position: int


@dataclass(frozen=True, slots=True)
class InstanceJob:
    key: int
    type: str
    kind: str
    # CREATED, ACTIVATED, FAILED, TIMED_OUT, ERROR_THROWN, COMPLETED or CANCELED.
    state: str
    retries: int
    worker: str
    deadline: datetime | None
    error_message: str
    error_code: str
    headers: dict[str, str]
    element_id: str
    element_instance_key: int
    created_at: datetime
    activated_at: datetime | None
    activations: int
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that must happen before a token moves on: `kind` is TIMER, MESSAGE or SIGNAL."""

    kind: str
    key: int
    element_instance_key: int
    element_id: str
    # As the model calls it, or its id where it has no name.
    element_name: str
    # The message's or signal's name.
    name: str
    correlation_key: str
    due_at: datetime | None
    since: datetime


class InstanceDetailQueries(Reader):
    """What one instance did and has; unknown instances and those of other tenants give empty lists."""

    def element_instances(self, process_instance_key: int) -> list[ElementInstance]:
        """All element instances in the order they started."""
        columns = element_instance.c
        named = element_instance.outerjoin(
            process_element,
            and_(
                process_element.c.process_definition_key == columns.process_definition_key,
                process_element.c.element_id == columns.element_id,
            ),
        )
        rows = self._all(
            select(element_instance, process_element.c.name)
            .select_from(named)
            .where(self._mine(element_instance), columns.process_instance_key == process_instance_key)
            .order_by(columns.started_position)
        )
        return [_element_instance(row) for row in rows]

    def active_elements(self, process_instance_keys: Collection[int]) -> dict[int, list[str]]:
        """For each instance the ids of the elements it is in now, each once, subprocesses before what is inside."""
        columns = element_instance.c
        found: dict[int, list[str]] = {key: [] for key in process_instance_keys}
        statement = (
            select(columns.process_instance_key, columns.element_id)
            .where(
                self._mine(element_instance),
                columns.process_instance_key.in_(list(process_instance_keys)),
                HERE_NOW,
                columns.element_type != "PROCESS",
            )
            .group_by(columns.process_instance_key, columns.element_id)
            .order_by(columns.process_instance_key, func.min(columns.started_position))
        )
        for row in self._all(statement):
            found[row.process_instance_key].append(row.element_id)
        return found

    def element_statistics(self, process_instance_key: int) -> list[ElementStatistics]:
        """How often each element is active, stuck, completed and terminated; bodies of multi-instances are not counted."""
        columns = element_instance.c
        visits, stuck = func.count().label("visits"), func.sum(columns.incident_count).label("stuck")
        rows = self._all(
            select(columns.element_id, columns.state, columns.element_type, visits, stuck)
            .where(self._mine(element_instance), columns.process_instance_key == process_instance_key)
            .group_by(columns.element_id, columns.state, columns.element_type)
        )
        numbers: dict[str, Counter[str]] = {}
        for row in rows:
            counter = numbers.setdefault(row.element_id, Counter())
            counter["stuck"] += int(row.stuck)
            if row.element_type != "MULTI_INSTANCE_BODY":
                counter[row.state] += row.visits
        return [
            ElementStatistics(element_id, each["ACTIVE"], each["stuck"], each["COMPLETED"], each["TERMINATED"])
            for element_id, each in sorted(numbers.items())
        ]

    def flow_statistics(self, process_instance_key: int) -> list[FlowStatistics]:
        """The sequence flows that an instance took, by id."""
        columns = sequence_flow.c
        rows = self._all(
            select(sequence_flow)
            .where(self._mine(sequence_flow), columns.process_instance_key == process_instance_key)
            .order_by(columns.element_id)
        )
        return [FlowStatistics(row.element_id, row.taken, moment(row.last_taken_at)) for row in rows]

    def variables(self, process_instance_key: int, scope_key: int | None = None) -> list[Variable]:
        """The variables of an instance and of its elements, or of one scope only; by name."""
        columns = variable.c
        statement = select(variable).where(self._mine(variable), columns.process_instance_key == process_instance_key)
        if scope_key is not None:
            statement = statement.where(columns.scope_key == scope_key)
        return [_variable(row) for row in self._all(statement.order_by(columns.name, columns.key))]

    def variables_of(self, process_instance_keys: Collection[int], names: Collection[str]) -> dict[int, dict[str, str]]:
        """For each instance the JSON values of some variables of the process itself, for lists with columns of them."""
        columns = variable.c
        found: dict[int, dict[str, str]] = {key: {} for key in process_instance_keys}
        if not names:
            return found
        statement = select(columns.process_instance_key, columns.name, columns.value).where(
            self._mine(variable),
            columns.process_instance_key.in_(list(process_instance_keys)),
            columns.scope_key == columns.process_instance_key,
            columns.name.in_(list(names)),
        )
        for row in self._all(statement):
            found[row.process_instance_key][row.name] = row.value
        return found

    def visible_variables(self, process_instance_key: int, element_instance_key: int) -> dict[str, str]:
        """The JSON values that an element instance sees: its own, else those of the scopes around it."""
        scopes = {row.key: row.flow_scope_key for row in self._all(self._scopes(process_instance_key))}
        chain = [element_instance_key]
        while chain[-1] in scopes:
            chain.append(scopes[chain[-1]])
        distance = {scope: index for index, scope in enumerate([*chain, process_instance_key])}
        within = [each for each in self.variables(process_instance_key) if each.scope_key in distance]
        within.sort(key=lambda each: -distance[each.scope_key])
        return {each.name: each.value for each in within}

    def variable_history(self, process_instance_key: int, name: str) -> list[VariableValue]:
        """Every value that variables of this name had, oldest first, the present ones last."""
        past, present = variable_history.c, variable.c
        replaced = self._all(
            select(variable_history)
            .where(self._mine(variable_history), past.process_instance_key == process_instance_key, past.name == name)
            .order_by(past.position)
        )
        current = self._all(
            select(variable)
            .where(self._mine(variable), present.process_instance_key == process_instance_key, present.name == name)
            .order_by(present.updated_position)
        )
        return [
            VariableValue(
                row.variable_key, row.name, row.value, row.scope_key, moment(row.set_at), moment(row.replaced_at), row.position
            )
            for row in replaced
        ] + [
            VariableValue(row.key, row.name, row.value, row.scope_key, moment(row.updated_at), None, row.updated_position)
            for row in current
        ]

    def jobs(self, process_instance_key: int) -> list[InstanceJob]:
        """The instance's jobs, oldest first."""
        rows = self._all(
            select(job).where(self._mine(job), job.c.process_instance_key == process_instance_key).order_by(job.c.key)
        )
        return [_job(row) for row in rows]

    def waiting_for(self, process_instance_key: int) -> list[Waiting]:
        """The timers, messages and signals an instance waits for, the longest waiting first."""
        columns = waiting.c
        named = waiting.outerjoin(process_instance, process_instance.c.key == columns.process_instance_key).outerjoin(
            process_element,
            and_(
                process_element.c.process_definition_key == process_instance.c.process_definition_key,
                process_element.c.element_id == columns.element_id,
            ),
        )
        rows = self._all(
            select(waiting, process_element.c.name.label("element_name"))
            .select_from(named)
            .where(self._mine(waiting), columns.process_instance_key == process_instance_key)
            .order_by(columns.since, columns.key)
        )
        return [
            Waiting(
                row.kind,
                row.key,
                row.element_instance_key,
                row.element_id,
                row.element_name or row.element_id,
                row.name,
                row.correlation_key,
                maybe_moment(row.due_at),
                moment(row.since),
            )
            for row in rows
        ]

    def _scopes(self, process_instance_key: int) -> Select[Any]:
        columns = element_instance.c
        return select(columns.key, columns.flow_scope_key).where(columns.process_instance_key == process_instance_key)


def _element_instance(row: Row[Any]) -> ElementInstance:
    return ElementInstance(
        row.key,
        row.process_instance_key,
        row.element_id,
        row.name or row.element_id,
        row.element_type,
        row.flow_scope_key,
        row.state,
        row.incident_count,
        moment(row.started_at),
        maybe_moment(row.ended_at),
        row.started_position,
        row.ended_position,
    )


def _variable(row: Row[Any]) -> Variable:
    return Variable(
        row.key,
        row.name,
        row.value,
        row.scope_key,
        row.process_instance_key,
        moment(row.created_at),
        moment(row.updated_at),
    )


def _job(row: Row[Any]) -> InstanceJob:
    return InstanceJob(
        row.key,
        row.type,
        row.kind,
        row.state,
        row.retries,
        row.worker,
        maybe_moment(row.deadline),
        row.error_message,
        row.error_code,
        msgspec.json.decode(row.headers, type=dict[str, str]),
        row.element_id,
        row.element_instance_key,
        moment(row.created_at),
        maybe_moment(row.activated_at),
        row.activations,
        maybe_moment(row.ended_at),
    )
