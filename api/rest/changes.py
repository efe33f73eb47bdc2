"""Change sets: propose, decide item by item, settle, revert, and see exactly what would be sent."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from api.change_access import author_of, require_approver, require_proposer
from api.dependencies import Services, SignedIn
from api.problems import Problem
from api.rest.shapes import AnyJson, Asked, Key, Shown
from services.changes import (
    Action,
    AuthorKind,
    ChangeSet,
    ItemState,
    NewChangeSet,
    NewItem,
    Outlook,
    Requirement,
    RevertConflict,
    RevertRefused,
    SetState,
    Settlement,
)
from services.changes.nouns import MAX_ITEMS, MAX_NAME, MAX_TEXT

router = APIRouter(prefix="/changes", tags=["changes"])
SetId = Annotated[str, Path(max_length=64)]
ItemIds = Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=MAX_ITEMS)]


class ItemAsked(Asked):
    system: str = Field(min_length=1, max_length=MAX_NAME)
    record: str = Field(min_length=1, max_length=MAX_NAME)
    field: str = Field(min_length=1, max_length=MAX_NAME)
    after: AnyJson = Field(description="The wanted value: any JSON, null to empty the field.")
    before: AnyJson = Field(None, description="The value you saw. Left out, the record is asked now.")
    evidence: str = Field("", max_length=MAX_TEXT)
    confidence: float | None = Field(None, ge=0, le=1)
    amount: Decimal | None = Field(None, max_digits=30, description="What it is about in money, for the policy.")

    def as_item(self) -> NewItem:
        return NewItem(
            system=self.system,
            record=self.record,
            field=self.field,
            after=self.after,
            before=self.before,
            is_before_known="before" in self.model_fields_set,
            evidence=self.evidence,
            confidence=self.confidence,
            amount=self.amount,
        )


class ChangeSetAsked(Asked):
    title: str = Field(min_length=1, max_length=MAX_NAME)
    why: str = Field("", max_length=MAX_TEXT)
    author_kind: AuthorKind = AuthorKind.PERSON
    model: str = Field("", max_length=MAX_NAME, description="The language model or rule, where one made the suggestion.")
    request_id: str = Field("", max_length=MAX_NAME, description="The same id again is the same change set.")
    items: list[ItemAsked] = Field(min_length=1, max_length=MAX_ITEMS)


class DecisionShown(Shown):
    person: str
    is_approval: bool
    at: datetime
    reason: str


class ItemShown(Shown):
    item_id: str
    system: str
    record: str
    record_label: str
    field: str
    before: Any
    after: Any
    current: Any = Field(description="What the record held when it was found to differ.")
    evidence: str
    confidence: float | None
    amount: Decimal | None
    is_filled_by_hand: bool
    state: ItemState
    requirement: Requirement | None
    policy_reason: str
    decisions: list[DecisionShown]
    problem: str


class AuthorShown(Shown):
    kind: AuthorKind
    name: str
    model: str


class ChangeSetShown(Shown):
    set_id: str
    title: str
    why: str
    author: AuthorShown
    created_at: datetime
    state: SetState
    reverts_set_id: str
    process_instance_key: Key | None
    counts: dict[ItemState, int]


class ChangeSetWithItemsShown(ChangeSetShown):
    items: list[ItemShown]


class ChangeSetsShown(Shown):
    items: list[ChangeSetShown]
    next_before: str = Field(description="Ask for the ones after these with `before`; empty at the end.")


class DecisionsAsked(Asked):
    approve: ItemIds = Field(default_factory=list)
    refuse: ItemIds = Field(default_factory=list)
    reason: str = Field("", max_length=2000)


class SettlementAsked(Asked):
    settlement: Settlement = Field(description="`keep` what the record holds, or `apply` the change all the same.")
    reason: str = Field("", max_length=2000)


class RevertAsked(Asked):
    item_ids: ItemIds = Field(default_factory=list, description="Empty: every item that is applied.")
    why: str = Field("", max_length=MAX_TEXT)


class RequestShown(Shown):
    method: str
    address: str
    headers: Mapping[str, str]
    body: Any


class DryRunLineShown(Shown):
    item_id: str
    outlook: Outlook
    current: Any
    problem: str
    request: RequestShown | None


class EventShown(Shown):
    at: datetime
    actor: str
    action: Action
    item_id: str
    detail: str
    model: str


def _shown(change_set: ChangeSet) -> ChangeSetWithItemsShown:
    return ChangeSetWithItemsShown.model_validate(change_set)


@router.get("")
def list_changes(
    services: Services,
    state: Annotated[list[SetState] | None, Query()] = None,
    before: Annotated[str, Query(max_length=64)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> ChangeSetsShown:
    """Change sets, the newest first."""
    page = services.changes.desk.ledger.sets(state or (), limit=limit, before=before)
    return ChangeSetsShown(items=[ChangeSetShown.model_validate(each) for each in page.sets], next_before=page.next_before)


@router.post("", status_code=201)
async def propose_change(asked: ChangeSetAsked, services: Services, principal: SignedIn) -> ChangeSetWithItemsShown:
    """Propose a change set; its process judges it by policy. The same `request_id` again proposes nothing new."""
    author = author_of(principal, asked.author_kind, asked.model)
    items = tuple(each.as_item() for each in asked.items)
    require_proposer(principal, items)
    return _shown(await services.changes.propose(NewChangeSet(asked.title, author, items, asked.why, asked.request_id)))


@router.get("/{set_id}")
def get_change(set_id: SetId, services: Services) -> ChangeSetWithItemsShown:
    return _shown(services.changes.desk.ledger.change_set(set_id))


@router.get("/{set_id}/timeline")
def get_timeline(set_id: SetId, services: Services) -> list[EventShown]:
    """Who did what, when, why, and by which model; the newest first."""
    services.changes.desk.ledger.change_set(set_id)
    return [EventShown.model_validate(each) for each in services.changes.desk.ledger.timeline(set_id)]


@router.get("/{set_id}/dry-run")
async def dry_run(set_id: SetId, services: Services) -> list[DryRunLineShown]:
    """Exactly the requests that would go out now, checked against what each record holds."""
    change_set = await run_in_threadpool(services.changes.desk.ledger.change_set, set_id)
    return [
        DryRunLineShown(
            item_id=line.item.item_id,
            outlook=line.outlook,
            current=line.current,
            problem=line.problem,
            request=None if line.request is None else RequestShown.model_validate(line.request),
        )
        for line in await services.changes.dry_run(change_set)
    ]


@router.post("/{set_id}/decisions")
async def decide(set_id: SetId, asked: DecisionsAsked, services: Services, principal: SignedIn) -> ChangeSetWithItemsShown:
    """Approve some items and refuse others, all or none; 409 where one is not yours to decide."""
    if asked.approve:
        require_approver(principal)
    return _shown(
        await services.changes.decide(set_id, principal.name, approve=asked.approve, refuse=asked.refuse, reason=asked.reason)
    )


@router.post("/items/{item_id}/settlement")
async def settle(item_id: SetId, asked: SettlementAsked, services: Services, principal: SignedIn) -> ChangeSetWithItemsShown:
    """Settle a conflict or a failure."""
    require_approver(principal)
    return _shown(await services.changes.settle(item_id, asked.settlement, principal.name, asked.reason))


@router.post("/{set_id}/revert", status_code=201, responses={409: {"description": "Changed since; `conflicts` says where."}})
async def revert(
    set_id: SetId, asked: RevertAsked, services: Services, principal: SignedIn, response: Response
) -> ChangeSetWithItemsShown:
    """Propose the opposite of some items, or of all that are applied."""
    require_approver(principal)
    try:
        proposed = await services.changes.revert(set_id, principal.name, item_ids=asked.item_ids, why=asked.why)
    except RevertRefused as refused:
        raise Problem(409, str(refused), conflicts=[_conflict(each) for each in refused.conflicts]) from refused
    response.headers["Location"] = f"/api/v1/changes/{proposed.set_id}"
    return _shown(proposed)


def _conflict(conflict: RevertConflict) -> dict[str, Any]:
    item = conflict.item
    return {
        "item_id": item.item_id,
        "field": item.field,
        "expected": item.after,
        "current": conflict.current,
        "problem": conflict.problem,
    }
