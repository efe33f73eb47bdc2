"""Entities to rows and back: which kind, which owner, and where they are found."""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from engine.processing.commands import DEFAULT_TENANT
from engine.processing.entities import (
    CompensationSubscription,
    CorrelationLock,
    DeployedDecision,
    DeployedResource,
    Entity,
    FollowUp,
    Incident,
    InputCollection,
    Job,
    JobState,
    Kind,
    Message,
    MessageId,
    MessageSubscription,
    SignalSubscription,
    StartSubscription,
    Timer,
    UserTask,
)
from engine.processing.ports import Row, StateReader, StoredRow

_encode = msgspec.msgpack.Encoder().encode


def subscription_lookup(name: str, correlation_key: str, tenant_id: str = DEFAULT_TENANT) -> str:
    """Where open message subscriptions are found."""
    return _of(tenant_id, f"s/{len(name)}/{name}/{correlation_key}")


def message_lookup(name: str, correlation_key: str, tenant_id: str = DEFAULT_TENANT) -> str:
    """Where buffered messages are found."""
    return _of(tenant_id, f"m/{len(name)}/{name}/{correlation_key}")


def message_id_lookup(name: str, correlation_key: str, message_id: str, tenant_id: str = DEFAULT_TENANT) -> str:
    """Where the id of a buffered message is found."""
    return _of(tenant_id, f"i/{len(name)}/{name}/{len(correlation_key)}/{correlation_key}/{message_id}")


def lock_lookup(bpmn_process_id: str, correlation_key: str, tenant_id: str = DEFAULT_TENANT) -> str:
    """Where the lock of a live instance started by a message is found."""
    return _of(tenant_id, f"l/{len(bpmn_process_id)}/{bpmn_process_id}/{correlation_key}")


def signal_lookup(name: str, tenant_id: str = DEFAULT_TENANT) -> str:
    """Where signal subscriptions are found."""
    return _of(tenant_id, f"g/{name}")


def job_lookup(job_type: str, tenant_id: str = DEFAULT_TENANT) -> str:
    """Where activatable jobs are found."""
    return _of(tenant_id, f"j/{job_type}")


def _of(tenant_id: str, lookup: str) -> str:
    """A tenant's place: the default one's is as it was before there were others, theirs begin with a capital and their name."""
    return lookup if tenant_id == DEFAULT_TENANT else f"{lookup[0].upper()}/{len(tenant_id)}/{tenant_id}/{lookup[2:]}"


def activatable_jobs(store: StateReader) -> Iterator[tuple[str, int, str]]:
    """Type, key and tenant of each job that is stored as one that can be handed out."""
    for lookup, key in store.lookups("j/"):
        yield lookup[2:], key, DEFAULT_TENANT
    for lookup, key in store.lookups("J/"):
        _, length, rest = lookup.split("/", 2)
        yield rest[int(length) + 1 :], key, rest[: int(length)]


def _job(job: Job) -> Row:
    lookup = due = None
    if job.state == JobState.ACTIVATABLE:
        lookup = job_lookup(job.type, job.tenant_id)
    elif job.state == JobState.ACTIVATED:
        due = max(job.deadline, job.looked_at)
    elif job.state == JobState.BACKOFF:
        due = job.recurring_time
    return Row(job.key, job.owner, Kind.JOB, lookup, due, _encode(job))


def _message_subscription(subscription: MessageSubscription) -> Row:
    lookup = subscription_lookup(subscription.message_name, subscription.correlation_key, subscription.tenant_id)
    return Row(subscription.key, subscription.owner, Kind.MESSAGE_SUBSCRIPTION, lookup, None, _encode(subscription))


def _message(message: Message) -> Row:
    lookup = message_lookup(message.name, message.correlation_key, message.tenant_id)
    return Row(message.key, -Kind.MESSAGE, Kind.MESSAGE, lookup, message.deadline, _encode(message))


def _part(kind: Kind) -> Callable[[Any], Row]:
    def row(entity: Any) -> Row:  # noqa: ANN401 - each of these structs has an owner
        return Row(entity.key, entity.owner, kind, None, None, _encode(entity))

    return row


def _whole(kind: Kind) -> Callable[[Any], Row]:
    def row(entity: Entity) -> Row:
        return Row(entity.key, -kind, kind, None, None, _encode(entity))

    return row


_TO_ROW: dict[type[Entity], Callable[[Any], Row]] = {
    Job: _job,
    Timer: lambda timer: Row(timer.key, timer.owner, Kind.TIMER, None, timer.due, _encode(timer)),
    MessageSubscription: _message_subscription,
    SignalSubscription: lambda signal: Row(
        signal.key,
        signal.owner,
        Kind.SIGNAL_SUBSCRIPTION,
        signal_lookup(signal.signal_name, signal.tenant_id),
        None,
        _encode(signal),
    ),
    Message: _message,
    MessageId: lambda held: Row(held.key, -Kind.MESSAGE_ID, Kind.MESSAGE_ID, held.lookup, None, _encode(held)),
    CorrelationLock: lambda lock: Row(
        lock.key,
        -Kind.CORRELATION_LOCK,
        Kind.CORRELATION_LOCK,
        lock_lookup(lock.bpmn_process_id, lock.correlation_key, lock.tenant_id),
        None,
        _encode(lock),
    ),
    UserTask: _part(Kind.USER_TASK),
    Incident: _part(Kind.INCIDENT),
    CompensationSubscription: _part(Kind.COMPENSATION),
    InputCollection: _part(Kind.INPUT_COLLECTION),
    StartSubscription: _whole(Kind.START_SUBSCRIPTION),
    DeployedDecision: _whole(Kind.DECISION),
    FollowUp: _whole(Kind.FOLLOW_UP),
}

_DECODERS: dict[int, Callable[[bytes], Entity]] = {
    kind: msgspec.msgpack.Decoder(entity).decode
    for kind, entity in {
        Kind.JOB: Job,
        Kind.TIMER: Timer,
        Kind.MESSAGE_SUBSCRIPTION: MessageSubscription,
        Kind.SIGNAL_SUBSCRIPTION: SignalSubscription,
        Kind.MESSAGE: Message,
        Kind.MESSAGE_ID: MessageId,
        Kind.CORRELATION_LOCK: CorrelationLock,
        Kind.USER_TASK: UserTask,
        Kind.INCIDENT: Incident,
        Kind.COMPENSATION: CompensationSubscription,
        Kind.INPUT_COLLECTION: InputCollection,
        Kind.START_SUBSCRIPTION: StartSubscription,
        Kind.PROCESS: DeployedResource,
        Kind.REQUIREMENTS: DeployedResource,
        Kind.FORM: DeployedResource,
        Kind.DECISION: DeployedDecision,
        Kind.FOLLOW_UP: FollowUp,
    }.items()
}


def row_of(entity: Entity) -> Row:
    """The row that keeps an entity."""
    if isinstance(entity, DeployedResource):
        return Row(entity.key, -entity.kind, entity.kind, None, None, _encode(entity))
    return _TO_ROW[type(entity)](entity)


def decode(row: StoredRow) -> Entity:
    """The entity that a row keeps."""
    return _DECODERS[row.kind](row.body)
