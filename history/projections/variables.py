"""VARIABLE: the present value of each variable, and those it had before."""

import history.tables as t
from history.projections.batch import Batch, Wanted, clean, indexable
from history.projections.rule import Rule, Rules
from history.projections.topics import VARIABLES
from history.rows import VariableHistoryRow, VariableRow
from history.values import VariableValue
from zeebe.records import Record


def created(batch: Batch, record: Record, value: VariableValue) -> None:
    batch.variables.put(_new_variable(record, value))
    batch.topics[VARIABLES] = record.position


def updated(batch: Batch, record: Record, value: VariableValue) -> None:
    variable = batch.variables.get(record.key)
    if variable is None:
        created(batch, record, value)
        return
    batch.variable_history.put(
        VariableHistoryRow(
            variable.key,
            variable.updated_position,
            variable.tenant_id,
            variable.name,
            variable.value,
            variable.scope_key,
            variable.process_instance_key,
            variable.updated_at,
            record.timestamp,
            record.position,
        )
    )
    variable.value = clean(value.value)
    variable.value_start = variable.value[: t.SEARCHABLE_CHARS]
    variable.updated_at = record.timestamp
    variable.updated_position = record.position
    batch.variables.put(variable)
    batch.topics[VARIABLES] = record.position


def migrated(batch: Batch, record: Record, value: VariableValue) -> None:
    """Only its process changes: the record's value is always "null" and means nothing."""
    variable = batch.variables.get(record.key)
    if variable is not None:
        variable.process_definition_key = value.process_definition_key
        variable.bpmn_process_id = value.bpmn_process_id
        batch.variables.put(variable)


def _new_variable(record: Record, value: VariableValue) -> VariableRow:
    text = clean(value.value)
    return VariableRow(
        record.key,
        value.tenant_id,
        indexable(value.name),
        text,
        text[: t.SEARCHABLE_CHARS],
        value.scope_key,
        value.process_instance_key,
        value.process_definition_key,
        value.bpmn_process_id,
        record.timestamp,
        record.timestamp,
        record.position,
    )


def _want_new(wanted: Wanted, record: Record, _value: VariableValue) -> None:
    wanted.creates(record.key)


def _want_own(wanted: Wanted, record: Record, _value: VariableValue) -> None:
    wanted.needs(t.variable, record.key)


RULES: Rules = {
    ("VARIABLE", "CREATED"): Rule(VariableValue, created, _want_new),
    ("VARIABLE", "UPDATED"): Rule(VariableValue, updated, _want_own),
    ("VARIABLE", "MIGRATED"): Rule(VariableValue, migrated, _want_own),
}
