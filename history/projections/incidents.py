"""INCIDENT: what is stuck. Elements, instances and their callers count open ones, so lists and badges need not look."""

import history.tables as t
from history.projections.batch import Batch, Wanted, clean, key_or_none
from history.projections.rule import Rule, Rules
from history.projections.topics import INCIDENTS, INSTANCES
from history.rows import IncidentRow
from history.values import IncidentValue
from zeebe.records import Record

OPEN, RESOLVED = "OPEN", "RESOLVED"


def created(batch: Batch, record: Record, value: IncidentValue) -> None:
    batch.incidents.put(_new_incident(batch, record, value))
    _count(batch, record, value, 1)
    place = batch.element_instances.get(value.element_instance_key) or batch.process_instances.get(value.element_instance_key)
    if place is not None:
        batch.sums.incident_created(place, record.timestamp)


def resolved(batch: Batch, record: Record, value: IncidentValue) -> None:
    """Somebody resolved it, or its element was terminated."""
    known = batch.incidents.get(record.key)
    incident = known or _new_incident(batch, record, value)
    if known is not None and known.state == OPEN:
        _count(batch, record, value, -1)
    incident.state = RESOLVED
    incident.resolved_at = record.timestamp
    incident.resolved_position = record.position
    batch.incidents.put(incident)
    batch.topics[INCIDENTS] = record.position


def migrated(batch: Batch, record: Record, value: IncidentValue) -> None:
    incident = batch.incidents.get(record.key) or _new_incident(batch, record, value)
    incident.process_definition_key = value.process_definition_key
    incident.bpmn_process_id = value.bpmn_process_id
    incident.element_id = value.element_id
    batch.incidents.put(incident)
    batch.topics[INCIDENTS] = record.position


def _count(batch: Batch, record: Record, value: IncidentValue, change: int) -> None:
    element = batch.element_instances.get(value.element_instance_key)
    if element is not None:
        element.incident_count += change
        batch.element_instances.put(element)
    instance = batch.process_instances.get(value.process_instance_key)
    if instance is not None:
        instance.incident_count += change
    while instance is not None:
        instance.tree_incident_count += change
        batch.process_instances.put(instance)
        instance = batch.process_instances.get(instance.parent_process_instance_key)
    batch.topics[INCIDENTS] = batch.topics[INSTANCES] = record.position


def _new_incident(batch: Batch, record: Record, value: IncidentValue) -> IncidentRow:
    # Of an error that nobody caught older engines write the element as NO_CATCH_EVENT_FOUND.
    element = batch.element_instances.get(value.element_instance_key)
    return IncidentRow(
        record.key,
        value.tenant_id,
        OPEN,
        value.error_type,
        clean(value.error_message),
        value.process_instance_key,
        value.process_definition_key,
        value.bpmn_process_id,
        value.element_instance_key,
        value.element_id if element is None else element.element_id,
        key_or_none(value.job_key),
        record.timestamp,
        None,
        record.position,
        None,
    )


def _want_counted(wanted: Wanted, value: IncidentValue) -> None:
    wanted.needs(t.process_instance, value.process_instance_key)
    wanted.needs_callers(value.process_instance_key)
    wanted.needs(t.element_instance, value.element_instance_key)


def _want_new(wanted: Wanted, record: Record, value: IncidentValue) -> None:
    wanted.creates(record.key)
    _want_counted(wanted, value)


def _want_own(wanted: Wanted, record: Record, value: IncidentValue) -> None:
    wanted.needs(t.incident, record.key)
    _want_counted(wanted, value)


RULES: Rules = {
    ("INCIDENT", "CREATED"): Rule(IncidentValue, created, _want_new),
    ("INCIDENT", "RESOLVED"): Rule(IncidentValue, resolved, _want_own),
    ("INCIDENT", "MIGRATED"): Rule(IncidentValue, migrated, _want_own),
}
