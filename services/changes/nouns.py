"""What a change is: a set of items, each one field of one record of one system, with what speaks for it and who wants it."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

# Any JSON value; None where a field is empty.
type Json = Any

# The process holds one line per item in its variables.
MAX_ITEMS = 2_000
MAX_TEXT = 20_000
MAX_NAME = 200


class InvalidChange(ValueError):
    """A proposed change lacks something or exceeds a limit; the text says what."""


class AuthorKind(StrEnum):
    PERSON = "person"
    ASSISTANT = "assistant"
    RULE = "rule"
    IMPORT = "import"


class Requirement(StrEnum):
    """What `decisions/change_policy.dmn` asks of an item."""

    AUTOMATIC = "automatic"
    ONE_APPROVAL = "one_approval"
    FOUR_EYES = "four_eyes"
    REFUSE = "refuse"

    @property
    def approvals(self) -> int:
        return {Requirement.ONE_APPROVAL: 1, Requirement.FOUR_EYES: 2}.get(self, 0)


class ItemState(StrEnum):
    PROPOSED = "proposed"
    AWAITING = "awaiting"
    APPROVED = "approved"
    APPLYING = "applying"
    APPLIED = "applied"
    # The record had the wanted value before anything was sent.
    UNCHANGED = "unchanged"
    CONFLICT = "conflict"
    FAILED = "failed"
    REFUSED = "refused"
    REVERTED = "reverted"


class SetState(StrEnum):
    PROPOSED = "proposed"
    AWAITING = "awaiting"
    APPLYING = "applying"
    # A conflict or a failure waits for a person.
    STUCK = "stuck"
    APPLIED = "applied"
    PARTLY_APPLIED = "partly_applied"
    REFUSED = "refused"
    REVERTED = "reverted"


@dataclass(frozen=True, slots=True)
class Author:
    """Who wants the change; `name` is a username where it is a person, or the person for whom a program acts."""

    kind: AuthorKind
    name: str
    # The language model or rule and its version, where one made the suggestion.
    model: str = ""


@dataclass(frozen=True, slots=True)
class NewItem:
    """One wanted value. `before` is what the author saw; `is_before_known` False asks the target when it is proposed."""

    system: str
    record: str
    field: str
    after: Json
    before: Json = None
    is_before_known: bool = False
    record_label: str = ""
    evidence: str = ""
    confidence: float | None = None
    amount: Decimal | None = None
    reverts_item_id: str = ""

    def __post_init__(self) -> None:
        for name in ("system", "record", "field"):
            value = getattr(self, name)
            if not value.strip() or len(value) > MAX_NAME or not value.isprintable():
                raise InvalidChange(f"an item's {name} needs 1 to {MAX_NAME} printable characters")
        if self.confidence is not None and not 0 <= self.confidence <= 1:
            raise InvalidChange(f"the confidence of {self.record} {self.field} is {self.confidence}: it lies between 0 and 1")
        if self.amount is not None and not self.amount.is_finite():
            raise InvalidChange(f"the amount of {self.record} {self.field} is no number")
        if len(self.evidence) > MAX_TEXT:
            raise InvalidChange(f"the evidence for {self.record} {self.field} exceeds {MAX_TEXT} characters")


@dataclass(frozen=True, slots=True)
class NewChangeSet:
    """A change as it is proposed; the same `request_id` again is the same change set."""

    title: str
    author: Author
    items: tuple[NewItem, ...]
    why: str = ""
    request_id: str = ""
    reverts_set_id: str = ""

    def __post_init__(self) -> None:
        if not self.title.strip() or len(self.title) > MAX_NAME:
            raise InvalidChange(f"a change set's title needs 1 to {MAX_NAME} characters")
        if not self.author.name.strip() or len(self.author.name) > MAX_NAME or len(self.author.model) > MAX_NAME:
            raise InvalidChange(f"a change set's author needs a name of 1 to {MAX_NAME} characters")
        if len(self.why) > MAX_TEXT or len(self.request_id) > MAX_NAME:
            raise InvalidChange(f"a change set's reason has at most {MAX_TEXT} characters, its request id {MAX_NAME}")
        if not 1 <= len(self.items) <= MAX_ITEMS:
            raise InvalidChange(f"a change set has 1 to {MAX_ITEMS} items; this one has {len(self.items)}")
        places = {(item.system, item.record, item.field) for item in self.items}
        if len(places) < len(self.items):
            raise InvalidChange("a change set names each field of a record once")


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's word on an item."""

    person: str
    is_approval: bool
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ChangeItem:
    """One item and how far it is. Every save raises `revision`, so of two that save at once the second learns it is late."""

    item_id: str
    set_id: str
    position: int
    system: str
    record: str
    field: str
    before: Json
    after: Json
    record_label: str = ""
    evidence: str = ""
    confidence: float | None = None
    amount: Decimal | None = None
    is_filled_by_hand: bool = False
    state: ItemState = ItemState.PROPOSED
    requirement: Requirement | None = None
    policy_reason: str = ""
    decisions: tuple[Decision, ...] = ()
    # What the record held when it was found to differ from `before`.
    current: Json = None
    problem: str = ""
    # Requests that took effect or may have, and when the one went out whose outcome is not known.
    attempts: int = 0
    sent_at: datetime | None = None
    # Raised where a person asks for a fresh try: the target must not take it for the old one.
    generation: int = 0
    reverts_item_id: str = ""
    revision: int = 0

    @property
    def idempotency_key(self) -> str:
        return f"{self.item_id}.{self.generation}"

    @property
    def approvers(self) -> tuple[str, ...]:
        return tuple(decision.person for decision in self.decisions if decision.is_approval)

    @property
    def approvals_missing(self) -> int:
        return max(0, (self.requirement or Requirement.ONE_APPROVAL).approvals - len(self.approvers))


@dataclass(frozen=True, slots=True)
class ChangeSet:
    set_id: str
    title: str
    why: str
    author: Author
    created_at: datetime
    state: SetState
    items: tuple[ChangeItem, ...] = ()
    request_id: str = ""
    reverts_set_id: str = ""
    process_instance_key: int | None = None
    # Where the items are left out, in a list.
    counts: dict[ItemState, int] = field(default_factory=dict)

    def item(self, item_id: str) -> ChangeItem:
        """Raises `ChangeNotFound`."""
        for item in self.items:
            if item.item_id == item_id:
                return item
        raise ChangeNotFound(item_id)

    def with_items(self, changed: tuple[ChangeItem, ...]) -> "ChangeSet":
        by_id = {item.item_id: item for item in changed}
        return replace(self, items=tuple(by_id.get(item.item_id, item) for item in self.items))


class ChangeNotFound(LookupError):
    def __init__(self, change_id: str) -> None:
        super().__init__(f"there is no change {change_id[:80]!r}")
        self.change_id = change_id


class Action(StrEnum):
    """What a line of the timeline tells."""

    PROPOSED = "proposed"
    POLICY = "policy"
    APPROVED = "approved"
    REFUSED = "refused"
    SENT = "sent"
    APPLIED = "applied"
    UNCHANGED = "unchanged"
    UNANSWERED = "unanswered"
    READ_BACK = "read_back"
    POSTPONED = "postponed"
    CONFLICT = "conflict"
    FAILED = "failed"
    REBASED = "rebased"
    RETRIED = "retried"
    KEPT = "kept"
    REVERT_PROPOSED = "revert_proposed"
    REVERTED = "reverted"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class ChangeEvent:
    """A line of the timeline: who, when, what, why, and by which model."""

    set_id: str
    at: datetime
    actor: str
    action: Action
    item_id: str = ""
    detail: str = ""
    model: str = ""


@dataclass(frozen=True, slots=True)
class Announcement:
    """A message the process waits for, kept until it is published; its id makes a second publishing harmless."""

    message_id: str
    name: str
    correlation_key: str
    variables: dict[str, Json]
