"""What happened to an instance and changes no other row: lines of its timeline; and what its elements wait for."""

import history.tables as t
from history.projections.batch import Batch, Wanted, clean, key_or_none
from history.projections.rule import Rule, Rules
from history.projections.topics import INSTANCES
from history.rows import InstanceEventRow, WaitingRow
from history.values import (
    EscalationValue,
    InstanceOperationValue,
    MessageSubscriptionValue,
    SignalSubscriptionValue,
    TimerValue,
)
from zeebe.records import Record

TIMER, MESSAGE, SIGNAL = "TIMER", "MESSAGE", "SIGNAL"


def remember(
    batch: Batch,
    record: Record,
    kind: str,
    detail: str,
    *,
    tenant_id: str,
    process_instance_key: int,
    element_instance_key: int = -1,
    element_id: str = "",
) -> None:
    """Add a line to an instance's timeline."""
    batch.instance_events.put(
        InstanceEventRow(
            record.partition_id,
            record.position,
            tenant_id,
            process_instance_key,
            kind,
            key_or_none(element_instance_key),
            element_id,
            detail,
            record.timestamp,
        )
    )
    batch.topics[INSTANCES] = record.position


def modified(batch: Batch, record: Record, value: InstanceOperationValue) -> None:
    remember(batch, record, "MODIFIED", "", tenant_id=value.tenant_id, process_instance_key=value.process_instance_key)


def migrated(batch: Batch, record: Record, value: InstanceOperationValue) -> None:
    remember(batch, record, "MIGRATED", "", tenant_id=value.tenant_id, process_instance_key=value.process_instance_key)


def escalated(batch: Batch, record: Record, value: EscalationValue) -> None:
    remember(
        batch,
        record,
        "ESCALATED",
        clean(value.escalation_code),
        tenant_id=value.tenant_id,
        process_instance_key=value.process_instance_key,
        element_id=value.throw_element_id,
    )


def timer_created(batch: Batch, record: Record, value: TimerValue) -> None:
    """A timer of an instance; those of start events wait for nobody's token."""
    if value.process_instance_key > 0:
        batch.waiting.put(
            WaitingRow(
                TIMER,
                record.key,
                value.tenant_id,
                value.process_instance_key,
                value.element_instance_key,
                value.target_element_id,
                "",
                "",
                value.due_date,
                record.timestamp,
            )
        )


def timer_triggered(batch: Batch, record: Record, value: TimerValue) -> None:
    batch.waiting.remove((TIMER, record.key))
    if value.process_instance_key > 0:
        remember(
            batch,
            record,
            "TIMER_TRIGGERED",
            "",
            tenant_id=value.tenant_id,
            process_instance_key=value.process_instance_key,
            element_instance_key=value.element_instance_key,
            element_id=value.target_element_id,
        )


def timer_canceled(batch: Batch, record: Record, _value: TimerValue) -> None:
    batch.waiting.remove((TIMER, record.key))


def timer_migrated(batch: Batch, record: Record, value: TimerValue) -> None:
    timer_canceled(batch, record, value)
    timer_created(batch, record, value)


def message_awaited(batch: Batch, record: Record, value: MessageSubscriptionValue) -> None:
    batch.waiting.put(
        WaitingRow(
            MESSAGE,
            record.key,
            value.tenant_id,
            value.process_instance_key,
            value.element_instance_key,
            value.element_id,
            clean(value.message_name),
            clean(value.correlation_key),
            None,
            record.timestamp,
        )
    )


def message_correlated(batch: Batch, record: Record, value: MessageSubscriptionValue) -> None:
    """The message came; a subscription that does not interrupt goes on waiting for the next one."""
    if value.interrupting:
        batch.waiting.remove((MESSAGE, record.key))
    remember(
        batch,
        record,
        "MESSAGE_CORRELATED",
        clean(value.message_name),
        tenant_id=value.tenant_id,
        process_instance_key=value.process_instance_key,
        element_instance_key=value.element_instance_key,
        element_id=value.element_id,
    )


def message_no_longer_awaited(batch: Batch, record: Record, _value: MessageSubscriptionValue) -> None:
    batch.waiting.remove((MESSAGE, record.key))


def signal_awaited(batch: Batch, record: Record, value: SignalSubscriptionValue) -> None:
    """The record names the scope only: an element instance, or the process instance of an event subprocess."""
    key = value.catch_event_instance_key
    element = batch.element_instances.get(key)
    instance_key = element.process_instance_key if element else key
    if element is not None or batch.process_instances.get(key) is not None:
        batch.waiting.put(
            WaitingRow(
                SIGNAL,
                record.key,
                value.tenant_id,
                instance_key,
                key,
                value.catch_event_id,
                clean(value.signal_name),
                "",
                None,
                record.timestamp,
            )
        )


def signal_no_longer_awaited(batch: Batch, record: Record, _value: SignalSubscriptionValue) -> None:
    batch.waiting.remove((SIGNAL, record.key))


def _want_scope(wanted: Wanted, _record: Record, value: SignalSubscriptionValue) -> None:
    if value.catch_event_instance_key > 0:
        wanted.needs(t.element_instance, value.catch_event_instance_key)
        wanted.needs(t.process_instance, value.catch_event_instance_key)


RULES: Rules = {
    ("PROCESS_INSTANCE_MODIFICATION", "MODIFIED"): Rule(InstanceOperationValue, modified),
    ("PROCESS_INSTANCE_MIGRATION", "MIGRATED"): Rule(InstanceOperationValue, migrated),
    ("ESCALATION", "ESCALATED"): Rule(EscalationValue, escalated),
    ("ESCALATION", "NOT_ESCALATED"): Rule(EscalationValue, escalated),
    ("TIMER", "CREATED"): Rule(TimerValue, timer_created),
    ("TIMER", "TRIGGERED"): Rule(TimerValue, timer_triggered),
    ("TIMER", "CANCELED"): Rule(TimerValue, timer_canceled),
    ("TIMER", "MIGRATED"): Rule(TimerValue, timer_migrated),
    ("PROCESS_MESSAGE_SUBSCRIPTION", "CREATING"): Rule(MessageSubscriptionValue, message_awaited),
    ("PROCESS_MESSAGE_SUBSCRIPTION", "MIGRATED"): Rule(MessageSubscriptionValue, message_awaited),
    ("PROCESS_MESSAGE_SUBSCRIPTION", "CORRELATED"): Rule(MessageSubscriptionValue, message_correlated),
    ("PROCESS_MESSAGE_SUBSCRIPTION", "DELETED"): Rule(MessageSubscriptionValue, message_no_longer_awaited),
    ("SIGNAL_SUBSCRIPTION", "CREATED"): Rule(SignalSubscriptionValue, signal_awaited, _want_scope),
    ("SIGNAL_SUBSCRIPTION", "DELETED"): Rule(SignalSubscriptionValue, signal_no_longer_awaited),
    ("SIGNAL_SUBSCRIPTION", "MIGRATED"): Rule(SignalSubscriptionValue, signal_awaited, _want_scope),
}
