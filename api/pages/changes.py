"""Changes: what is suggested, what stands there now, what speaks for it; decided, applied and taken back item by item."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Form, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.change_access import may_approve, require_approver
from api.cookies import Flash
from api.dependencies import Services, SignedIn
from api.i18n import Language
from api.pages import change_texts as texts
from api.pages.change_fields import field_names, system_names
from api.pages.change_values import ChangeValues, names_in
from api.principal import Principal
from api.problems import Problem
from api.services import ApiServices
from api.shell import language_of, redirect, render
from history.queries import NotInHistory
from services.changes import (
    ChangeItem,
    ChangeSet,
    DecisionRefused,
    ItemChanged,
    ItemState,
    NothingToRevert,
    RevertRefused,
    SetState,
    Settlement,
    readable,
    revertible,
)

router = APIRouter(prefix="/changes", include_in_schema=False)

TABS = ("items", "dry-run", "timeline", "process")
VIEWS: Mapping[str, tuple[SetState, ...]] = {
    "waiting": (SetState.AWAITING, SetState.STUCK),
    "running": (SetState.PROPOSED, SetState.APPLYING),
    "done": (SetState.APPLIED, SetState.PARTLY_APPLIED, SetState.REFUSED, SetState.REVERTED),
    "all": (),
}
FIELD = "decision_"
Text = Annotated[str, Form(max_length=2000)]


@router.get("", name="changes")
def changes_page(
    request: Request, services: Services, view: str = "waiting", before: Annotated[str, Query(max_length=64)] = ""
) -> Response:
    chosen = view if view in VIEWS else "waiting"
    ledger = services.changes.desk.ledger
    language = language_of(request)
    by_state = ledger.counts()
    return render(
        request,
        "pages/changes.html",
        page=ledger.sets(VIEWS[chosen], before=before),
        view=chosen,
        counts={name: sum(by_state.get(state, 0) for state in states or SetState) for name, states in VIEWS.items()},
        set_states=texts.set_states(language),
        item_states=texts.item_states(language),
        author_kinds=texts.author_kinds(language),
    )


@router.get("/{set_id}", name="change")
async def change_page(
    request: Request, services: Services, principal: SignedIn, set_id: str, tab: Annotated[str, Query()] = "items"
) -> Response:
    return await _show(request, services, principal, set_id, tab=tab)


@router.get("/{set_id}/dry-run", name="change_dry_run")
async def dry_run(request: Request, services: Services, set_id: str) -> Response:
    """The requests that would go out, asked for when the tab is opened."""
    change_set = await run_in_threadpool(services.changes.desk.ledger.change_set, set_id)
    lines = await services.changes.dry_run(change_set)
    seen = [replace(line.item, current=line.current) for line in lines]
    values = await asyncio.to_thread(_values, services, language_of(request), seen)
    return render(
        request,
        "pages/_change_dry_run.html",
        lines=lines,
        bodies={line.item.item_id: readable(line.request.body) for line in lines if line.request},
        outlooks=texts.outlooks(language_of(request)),
        field_name=field_names(language_of(request)),
        said=values.text,
    )


@router.post("/{set_id}/decide", name="decide_change")
async def decide(
    request: Request, services: Services, principal: SignedIn, set_id: str, reason: Text = "", every: Text = ""
) -> Response:
    """The choices of the page, all or none; `every` decides all that still wait."""
    form = await request.form()
    chosen = {name.removeprefix(FIELD): value for name, value in form.items() if name.startswith(FIELD)}
    if every in {"approve", "refuse"}:
        change_set = await run_in_threadpool(services.changes.desk.ledger.change_set, set_id)
        chosen = {item.item_id: every for item in change_set.items if _may_decide(item, change_set, principal)}
    approve = [item_id for item_id, value in chosen.items() if value == "approve"]
    refuse = [item_id for item_id, value in chosen.items() if value == "refuse"]
    _ = language_of(request).gettext
    if not approve and not refuse:
        return redirect(request, _address(request, set_id), Flash(_("Nothing was chosen."), "warn"))
    if approve:
        require_approver(principal)
    try:
        await services.changes.decide(set_id, principal.name, approve=approve, refuse=refuse, reason=reason)
    except (DecisionRefused, ItemChanged) as error:
        return redirect(request, _address(request, set_id), _refusal(request, error))
    counts = {"approved": len(approve), "refused": len(refuse)}
    note = _("%(approved)s approved, %(refused)s refused.") % counts
    return redirect(request, _address(request, set_id), Flash(note))


@router.post("/{set_id}/settle", name="settle_change")
async def settle(
    request: Request, services: Services, principal: SignedIn, set_id: str, settle: Text, reason: Text = ""
) -> Response:
    """A conflict or failure: `settle` is keep or apply, a colon, and the item."""
    require_approver(principal)
    settlement, _colon, item_id = settle.partition(":")
    if settlement not in set(Settlement):
        raise Problem(422, "settle: keep:ITEM or apply:ITEM")
    _ = language_of(request).gettext
    try:
        await services.changes.settle(item_id, Settlement(settlement), principal.name, reason)
    except (DecisionRefused, ItemChanged) as error:
        return redirect(request, _address(request, set_id), _refusal(request, error))
    return redirect(request, _address(request, set_id), Flash(_("Settled.")))


@router.post("/{set_id}/revert", name="revert_change")
async def revert(
    request: Request,
    services: Services,
    principal: SignedIn,
    set_id: str,
    why: Text = "",
    item: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Take items back, or all; where somebody changed a field since, the page shows what stands there."""
    require_approver(principal)
    _ = language_of(request).gettext
    try:
        proposed = await services.changes.revert(set_id, principal.name, item_ids=item or (), why=why)
    except NothingToRevert:
        return redirect(request, _address(request, set_id), Flash(_("There is nothing left to take back."), "warn"))
    except RevertRefused as refused:
        return await _show(request, services, principal, set_id, refused=refused, status_code=409)
    return redirect(request, _address(request, proposed.set_id), Flash(_("Proposed as a change of its own.")))


async def _show(
    request: Request,
    services: ApiServices,
    principal: Principal,
    set_id: str,
    *,
    tab: str = "items",
    refused: RevertRefused | None = None,
    status_code: int = 200,
) -> Response:
    desk, language = services.changes.desk, language_of(request)
    change_set = await run_in_threadpool(desk.ledger.change_set, set_id)
    timeline = await run_in_threadpool(desk.ledger.timeline, set_id)
    takeable = [item.item_id for item in await revertible(desk, change_set)]
    reverting = await run_in_threadpool(desk.ledger.reverting, [item.item_id for item in change_set.items])
    found = [replace(each.item, current=each.current) for each in refused.conflicts] if refused else []
    values = await asyncio.to_thread(_values, services, language, [*change_set.items, *found])
    return render(
        request,
        "pages/change.html",
        status_code=status_code,
        change_set=change_set,
        groups=_by_record(change_set.items),
        lines={item.item_id: values.lines(item) for item in change_set.items},
        counts=Counter(item.state for item in change_set.items),
        decidable={item.item_id for item in change_set.items if _may_decide(item, change_set, principal)},
        withdrawable={item.item_id for item in change_set.items if item.state is ItemState.AWAITING},
        may_approve=may_approve(principal),
        revertible=takeable if may_approve(principal) else [],
        reverting=reverting,
        refused=refused,
        timeline=timeline,
        items={item.item_id: item for item in change_set.items},
        instance=await asyncio.to_thread(_instance, services, change_set),
        tab=tab if tab in TABS else "items",
        field_name=field_names(language),
        systems=system_names(language),
        said=values.text,
        record_page=record_page,
        set_states=texts.set_states(language),
        item_states=texts.item_states(language),
        requirements=texts.requirements(language),
        reasons=texts.reasons(language),
        author_kinds=texts.author_kinds(language),
        actions=texts.actions(language),
    )


def _values(services: ApiServices, language: Language, items: Sequence[ChangeItem]) -> ChangeValues:
    return ChangeValues(language, names_in(items, services.directories, services.queries.process_definition))


def _instance(services: ApiServices, change_set: ChangeSet) -> Any:  # noqa: ANN401  # a value for the template
    """The process instance that works on a set, once it is in the read models."""
    if change_set.process_instance_key is None:
        return None
    try:
        return services.queries.instance(change_set.process_instance_key)
    except NotInHistory:
        return None


def record_page(system: str, record: str) -> str:
    """Where a person looks at a record, empty where there is no such page."""
    pages = {"crm": "/crm/", "directories": "/directories/", "tickets": "/tickets/", "instances": "/instances/"}
    return f"{pages[system]}{quote(record, safe=':')}" if system in pages else ""


def _by_record(items: Sequence[ChangeItem]) -> list[tuple[ChangeItem, list[ChangeItem]]]:
    """Items of one record together, in the order in which records first appear."""
    groups: dict[tuple[str, str], list[ChangeItem]] = {}
    for item in items:
        groups.setdefault((item.system, item.record), []).append(item)
    return [(group[0], group) for group in groups.values()]


def _may_decide(item: ChangeItem, change_set: ChangeSet, principal: Principal) -> bool:
    return (
        item.state is ItemState.AWAITING
        and may_approve(principal)
        and principal.name != change_set.author.name
        and principal.name not in item.approvers
    )


def _refusal(request: Request, error: Exception) -> Flash:
    text = language_of(request).gettext("This was not done: %(reason)s")
    return Flash(text % {"reason": error}, "bad")


def _address(request: Request, set_id: str) -> str:
    return request.url_for("change", set_id=set_id).path
