"""Elements and instances that have ended, as traces tell them: when, under what, and in which trace their instance began."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import Engine, Row, select

from history.tables import element_instance, process_instance, variable

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class EndedElement:
    """`parent_key` is the scope it ran in: an element, the instance, or the call activity that made the instance.

    0 where there is none. Moments are milliseconds since 1970; `traceparent` is as the instance carries it, and unchecked.
    """

    key: int
    parent_key: int
    process_instance_key: int
    bpmn_process_id: str
    element_id: str
    element_type: str
    tenant_id: str
    state: str
    started_at: int
    ended_at: int
    traceparent: str


def ended_elements(engine: Engine, keys: Sequence[int], *, carried_as: str) -> Iterator[EndedElement]:
    """Those of `keys` that have ended, in instances that carry a variable of this name."""
    carrying = (variable.c.process_instance_key == variable.c.scope_key) & (variable.c.name == carried_as)
    element, instance = element_instance.c, process_instance.c
    elements = (
        select(element_instance, element.flow_scope_key.label("parent_key"), variable.c.value)
        .join(variable, carrying & (variable.c.process_instance_key == element.process_instance_key))
        .where(element.ended_at.is_not(None))
    )
    instances = (
        select(process_instance, instance.parent_element_instance_key.label("parent_key"), variable.c.value)
        .join(variable, carrying & (variable.c.process_instance_key == instance.key))
        .where(instance.ended_at.is_not(None))
    )
    with engine.connect() as connection:
        for start in range(0, len(keys), AT_ONCE):
            some = keys[start : start + AT_ONCE]
            for row in connection.execute(elements.where(element.key.in_(some))):
                yield _ended(row, row.process_instance_key, row.element_id, row.element_type)
            for row in connection.execute(instances.where(instance.key.in_(some))):
                yield _ended(row, row.key, row.bpmn_process_id, "PROCESS")


def _ended(row: Row[tuple[object, ...]], process_instance_key: int, element_id: str, element_type: str) -> EndedElement:
    return EndedElement(
        key=row.key,
        parent_key=row.parent_key or 0,
        process_instance_key=process_instance_key,
        bpmn_process_id=row.bpmn_process_id,
        element_id=element_id,
        element_type=element_type,
        tenant_id=row.tenant_id,
        state=row.state,
        started_at=row.started_at,
        ended_at=row.ended_at,
        traceparent=_text(row.value),
    )


def _text(value: str) -> str:
    try:
        found = msgspec.json.decode(value)
    except (msgspec.DecodeError, RecursionError):
        return ""
    return found if isinstance(found, str) else ""
