"""PROCESS, DECISION_REQUIREMENTS, DECISION and FORM: what was deployed and deleted.

A cluster tells of a deployment once per partition, always with the same keys; a record of a deletion has a key of its own and
names the deleted thing in its value.
"""

import base64
import binascii

import history.tables as t
from history.process_xml import read_process
from history.projections.batch import Batch, Wanted
from history.projections.names import DefinitionNames
from history.projections.rule import Rule, Rules
from history.projections.topics import DECISIONS, PROCESSES
from history.rows import DecisionRequirementsRow, DecisionRow, FormRow, ProcessDefinitionRow, ProcessElementRow
from history.values import DecisionRequirementsValue, DecisionValue, FormValue, ProcessValue
from zeebe.records import Record


def _document(resource: str) -> bytes:
    """The deployed file; a resource that is no base64 is an error of the record."""
    try:
        return base64.b64decode(resource, validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError(f"the resource is no base64: {error}") from error


def _text(document: bytes) -> str:
    return document.decode("utf-8", "replace").replace("\x00", "\N{REPLACEMENT CHARACTER}")


def process_created(batch: Batch, record: Record, value: ProcessValue) -> None:
    key = value.process_definition_key
    if batch.process_definitions.get(key) is not None:
        return
    document = _document(value.resource)
    drawn = read_process(document, value.bpmn_process_id)
    batch.process_definitions.put(
        ProcessDefinitionRow(
            key,
            value.tenant_id,
            value.bpmn_process_id,
            value.version,
            drawn.name,
            value.resource_name,
            value.checksum,
            _text(document),
            record.timestamp,
        )
    )
    for ordinal, each in enumerate(drawn.elements):
        batch.process_elements.put(
            ProcessElementRow(
                key, each.element_id, ordinal, each.element_type, each.name, each.scope_id, each.source_id, each.target_id
            )
        )
    batch.names.learn(key, DefinitionNames(drawn.name, {each.element_id: each.name for each in drawn.elements}))
    batch.topics[PROCESSES] = record.position


def process_deleted(batch: Batch, record: Record, value: ProcessValue) -> None:
    row = batch.process_definitions.get(value.process_definition_key)
    if row is not None and row.deleted_at is None:
        row.deleted_at = record.timestamp
        batch.process_definitions.put(row)
        batch.topics[PROCESSES] = record.position


def requirements_created(batch: Batch, record: Record, value: DecisionRequirementsValue) -> None:
    key = value.decision_requirements_key
    if batch.decision_requirements.get(key) is None:
        batch.decision_requirements.put(
            DecisionRequirementsRow(
                key,
                value.tenant_id,
                value.decision_requirements_id,
                value.decision_requirements_version,
                value.decision_requirements_name,
                value.resource_name,
                _text(_document(value.resource)),
                record.timestamp,
            )
        )
        batch.topics[DECISIONS] = record.position


def requirements_deleted(batch: Batch, record: Record, value: DecisionRequirementsValue) -> None:
    row = batch.decision_requirements.get(value.decision_requirements_key)
    if row is not None and row.deleted_at is None:
        row.deleted_at = record.timestamp
        batch.decision_requirements.put(row)
        batch.topics[DECISIONS] = record.position


def decision_created(batch: Batch, record: Record, value: DecisionValue) -> None:
    if batch.decisions.get(value.decision_key) is None:
        batch.decisions.put(
            DecisionRow(
                value.decision_key,
                value.tenant_id,
                value.decision_id,
                value.version,
                value.decision_name,
                value.decision_requirements_key,
                value.decision_requirements_id,
                record.timestamp,
            )
        )
        batch.topics[DECISIONS] = record.position


def decision_deleted(batch: Batch, record: Record, value: DecisionValue) -> None:
    row = batch.decisions.get(value.decision_key)
    if row is not None and row.deleted_at is None:
        row.deleted_at = record.timestamp
        batch.decisions.put(row)
        batch.topics[DECISIONS] = record.position


def form_created(batch: Batch, record: Record, value: FormValue) -> None:
    if batch.forms.get(value.form_key) is None:
        document = _text(_document(value.resource))
        batch.forms.put(
            FormRow(
                value.form_key,
                value.tenant_id,
                value.form_id,
                value.version,
                value.resource_name,
                document,
                record.timestamp,
            )
        )
        batch.topics[PROCESSES] = record.position


def form_deleted(batch: Batch, record: Record, value: FormValue) -> None:
    row = batch.forms.get(value.form_key)
    if row is not None and row.deleted_at is None:
        row.deleted_at = record.timestamp
        batch.forms.put(row)
        batch.topics[PROCESSES] = record.position


def _want_process(wanted: Wanted, _record: Record, value: ProcessValue) -> None:
    wanted.needs(t.process_definition, value.process_definition_key)


def _want_requirements(wanted: Wanted, _record: Record, value: DecisionRequirementsValue) -> None:
    wanted.needs(t.decision_requirements, value.decision_requirements_key)


def _want_decision(wanted: Wanted, _record: Record, value: DecisionValue) -> None:
    wanted.needs(t.decision, value.decision_key)


def _want_form(wanted: Wanted, _record: Record, value: FormValue) -> None:
    wanted.needs(t.form, value.form_key)


RULES: Rules = {
    ("PROCESS", "CREATED"): Rule(ProcessValue, process_created, _want_process),
    ("PROCESS", "DELETED"): Rule(ProcessValue, process_deleted, _want_process),
    ("DECISION_REQUIREMENTS", "CREATED"): Rule(DecisionRequirementsValue, requirements_created, _want_requirements),
    ("DECISION_REQUIREMENTS", "DELETED"): Rule(DecisionRequirementsValue, requirements_deleted, _want_requirements),
    ("DECISION", "CREATED"): Rule(DecisionValue, decision_created, _want_decision),
    ("DECISION", "DELETED"): Rule(DecisionValue, decision_deleted, _want_decision),
    ("FORM", "CREATED"): Rule(FormValue, form_created, _want_form),
    ("FORM", "DELETED"): Rule(FormValue, form_deleted, _want_form),
}
