"""Changes as rows and back."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import RowMapping

from services.changes.nouns import (
    Action,
    Announcement,
    Author,
    AuthorKind,
    ChangeEvent,
    ChangeItem,
    ChangeSet,
    Decision,
    ItemState,
    Json,
    Requirement,
    SetState,
)


def json_text(value: Json) -> str:
    """One text for one value, so that texts can be compared."""
    return msgspec.json.encode(value, order="sorted").decode()


def json_value(text: str) -> Json:
    return msgspec.json.decode(text)


def set_row(change_set: ChangeSet, tenant_id: str) -> dict[str, Any]:
    return {
        "set_id": change_set.set_id,
        "tenant_id": tenant_id,
        "request_id": change_set.request_id or change_set.set_id,
        "title": change_set.title,
        "why": change_set.why,
        "author_kind": change_set.author.kind,
        "author_name": change_set.author.name,
        "author_model": change_set.author.model,
        "state": change_set.state,
        "reverts_set_id": change_set.reverts_set_id,
        "process_instance_key": change_set.process_instance_key,
        "created_at": _ms(change_set.created_at),
    }


def set_of_row(row: RowMapping) -> ChangeSet:
    return ChangeSet(
        set_id=row["set_id"],
        title=row["title"],
        why=row["why"],
        author=Author(AuthorKind(row["author_kind"]), row["author_name"], row["author_model"]),
        created_at=_moment(row["created_at"]),
        state=SetState(row["state"]),
        request_id=row["request_id"],
        reverts_set_id=row["reverts_set_id"],
        process_instance_key=row["process_instance_key"],
    )


def item_row(item: ChangeItem) -> dict[str, Any]:
    return {
        "item_id": item.item_id,
        "set_id": item.set_id,
        "position": item.position,
        "system": item.system,
        "record": item.record,
        "record_label": item.record_label,
        "field": item.field,
        "before": json_text(item.before),
        "after": json_text(item.after),
        "current": json_text(item.current),
        "decisions": json_text(item.decisions),
        "evidence": item.evidence,
        "confidence": item.confidence,
        "amount": None if item.amount is None else str(item.amount),
        "is_filled_by_hand": item.is_filled_by_hand,
        "state": item.state,
        "requirement": item.requirement,
        "policy_reason": item.policy_reason,
        "problem": item.problem,
        "attempts": item.attempts,
        "sent_at": None if item.sent_at is None else _ms(item.sent_at),
        "generation": item.generation,
        "reverts_item_id": item.reverts_item_id,
        "revision": item.revision,
    }


def item_of_row(row: RowMapping) -> ChangeItem:
    return ChangeItem(
        item_id=row["item_id"],
        set_id=row["set_id"],
        position=row["position"],
        system=row["system"],
        record=row["record"],
        field=row["field"],
        before=json_value(row["before"]),
        after=json_value(row["after"]),
        record_label=row["record_label"],
        evidence=row["evidence"],
        confidence=row["confidence"],
        amount=None if row["amount"] is None else Decimal(row["amount"]),
        is_filled_by_hand=row["is_filled_by_hand"],
        state=ItemState(row["state"]),
        requirement=None if row["requirement"] is None else Requirement(row["requirement"]),
        policy_reason=row["policy_reason"],
        decisions=msgspec.json.decode(row["decisions"], type=tuple[Decision, ...]),
        current=json_value(row["current"]),
        problem=row["problem"],
        attempts=row["attempts"],
        sent_at=None if row["sent_at"] is None else _moment(row["sent_at"]),
        generation=row["generation"],
        reverts_item_id=row["reverts_item_id"],
        revision=row["revision"],
    )


def event_row(event: ChangeEvent) -> dict[str, Any]:
    return {
        "set_id": event.set_id,
        "item_id": event.item_id,
        "at": _ms(event.at),
        "actor": event.actor,
        "action": event.action,
        "detail": event.detail,
        "model": event.model,
    }


def event_of_row(row: RowMapping) -> ChangeEvent:
    return ChangeEvent(
        row["set_id"], _moment(row["at"]), row["actor"], Action(row["action"]), row["item_id"], row["detail"], row["model"]
    )


def announcement_row(announcement: Announcement, tenant_id: str) -> dict[str, Any]:
    return {
        "message_id": announcement.message_id,
        "tenant_id": tenant_id,
        "name": announcement.name,
        "correlation_key": announcement.correlation_key,
        "variables": json_text(announcement.variables),
    }


def announcement_of_row(row: RowMapping) -> Announcement:
    return Announcement(row["message_id"], row["name"], row["correlation_key"], json_value(row["variables"]))


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
