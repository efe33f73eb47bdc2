"""PROCESS_INSTANCE: tokens enter and leave elements, take sequence flows, and move to another version.

An element instance counts as started when it is ELEMENT_ACTIVATING: one that is stuck in its input mapping is there, too.
"""

import history.tables as t
from history.projections.batch import Batch, Wanted, key_or_none
from history.projections.rule import Rule, Rules
from history.projections.topics import INSTANCES
from history.rows import ElementInstanceRow, ProcessInstanceRow
from history.values import ProcessInstanceValue
from zeebe.records import Record

PROCESS = "PROCESS"
ACTIVE, COMPLETED, TERMINATED, CANCELED = "ACTIVE", "COMPLETED", "TERMINATED", "CANCELED"


def activating(batch: Batch, record: Record, value: ProcessInstanceValue) -> None:
    if value.bpmn_element_type == PROCESS:
        instance = _new_instance(batch, record, value)
        batch.process_instances.put(instance)
        batch.sums.entered(instance, record.timestamp)
    else:
        element = _new_element(record, value)
        batch.element_instances.put(element)
        batch.sums.entered(element, record.timestamp)
    batch.topics[INSTANCES] = record.position


def completed(batch: Batch, record: Record, value: ProcessInstanceValue) -> None:
    if value.bpmn_element_type == PROCESS:
        batch.sums.completed(_end_instance(batch, record, value, COMPLETED), record.timestamp)
    else:
        batch.sums.completed(_end_element(batch, record, value, COMPLETED), record.timestamp)
    batch.topics[INSTANCES] = record.position


def terminated(batch: Batch, record: Record, value: ProcessInstanceValue) -> None:
    if value.bpmn_element_type == PROCESS:
        batch.sums.terminated(_end_instance(batch, record, value, CANCELED), record.timestamp)
    else:
        batch.sums.terminated(_end_element(batch, record, value, TERMINATED), record.timestamp)
    batch.topics[INSTANCES] = record.position


def flow_taken(batch: Batch, record: Record, value: ProcessInstanceValue) -> None:
    batch.sums.flow_taken(
        value.process_definition_key, value.process_instance_key, value.element_id, record.timestamp, value.tenant_id
    )


def migrated(batch: Batch, record: Record, value: ProcessInstanceValue) -> None:
    """The element instance goes on in another version; what was counted before stays with the version it happened in."""
    if value.bpmn_element_type == PROCESS:
        instance = batch.process_instances.get(record.key) or _new_instance(batch, record, value)
        instance.process_definition_key = value.process_definition_key
        instance.bpmn_process_id = value.bpmn_process_id
        instance.version = value.version
        batch.process_instances.put(instance)
    else:
        element = batch.element_instances.get(record.key) or _new_element(record, value)
        element.process_definition_key = value.process_definition_key
        element.bpmn_process_id = value.bpmn_process_id
        element.element_id = value.element_id
        batch.element_instances.put(element)
    batch.topics[INSTANCES] = record.position


def _new_instance(batch: Batch, record: Record, value: ProcessInstanceValue) -> ProcessInstanceRow:
    parent = batch.process_instances.get(value.parent_process_instance_key)
    parent_key = key_or_none(value.parent_process_instance_key)
    return ProcessInstanceRow(
        record.key,
        value.tenant_id,
        value.bpmn_process_id,
        value.process_definition_key,
        value.version,
        ACTIVE,
        record.timestamp,
        None,
        record.position,
        None,
        parent_key,
        key_or_none(value.parent_element_instance_key),
        parent.root_process_instance_key if parent else parent_key or record.key,
    )


def _new_element(record: Record, value: ProcessInstanceValue) -> ElementInstanceRow:
    return ElementInstanceRow(
        record.key,
        value.tenant_id,
        value.process_instance_key,
        value.process_definition_key,
        value.bpmn_process_id,
        value.element_id,
        value.bpmn_element_type,
        value.flow_scope_key,
        ACTIVE,
        record.timestamp,
        None,
        record.position,
        None,
    )


def _end_instance(batch: Batch, record: Record, value: ProcessInstanceValue, state: str) -> ProcessInstanceRow:
    """End an instance; one that started before the first record we have is taken as started now."""
    instance = batch.process_instances.get(record.key) or _new_instance(batch, record, value)
    instance.state = state
    instance.ended_at = record.timestamp
    instance.ended_position = record.position
    batch.process_instances.put(instance)
    return instance


def _end_element(batch: Batch, record: Record, value: ProcessInstanceValue, state: str) -> ElementInstanceRow:
    element = batch.element_instances.get(record.key) or _new_element(record, value)
    element.state = state
    element.ended_at = record.timestamp
    element.ended_position = record.position
    batch.element_instances.put(element)
    return element


def _want_new(wanted: Wanted, record: Record, value: ProcessInstanceValue) -> None:
    wanted.creates(record.key)
    if value.parent_process_instance_key > 0:
        wanted.needs(t.process_instance, value.parent_process_instance_key)
        wanted.calls(value.parent_process_instance_key, record.key)


def _want_own(wanted: Wanted, record: Record, value: ProcessInstanceValue) -> None:
    wanted.needs(t.process_instance if value.bpmn_element_type == PROCESS else t.element_instance, record.key)


RULES: Rules = {
    ("PROCESS_INSTANCE", "ELEMENT_ACTIVATING"): Rule(ProcessInstanceValue, activating, _want_new),
    ("PROCESS_INSTANCE", "ELEMENT_COMPLETED"): Rule(ProcessInstanceValue, completed, _want_own),
    ("PROCESS_INSTANCE", "ELEMENT_TERMINATED"): Rule(ProcessInstanceValue, terminated, _want_own),
    ("PROCESS_INSTANCE", "SEQUENCE_FLOW_TAKEN"): Rule(ProcessInstanceValue, flow_taken),
    ("PROCESS_INSTANCE", "ELEMENT_MIGRATED"): Rule(ProcessInstanceValue, migrated, _want_own),
}
