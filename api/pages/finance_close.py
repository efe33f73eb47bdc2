"""The close of a month: what waits to be explained, who checks and approves, the lock, and unlocking by two."""

from collections import defaultdict
from collections.abc import Awaitable
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.cookies import Flash
from api.dependencies import Services, SignedIn
from api.finance_access import (
    may_approve,
    may_check,
    may_explain,
    may_keep,
    require_approver,
    require_controller,
    require_explainer,
    require_keeper,
)
from api.pages import finance_texts as texts
from api.pages.finance_refusals import said
from api.principal import Principal
from api.problems import Problem
from api.services import ApiServices
from api.shell import language_of, redirect, render
from history.queries import Instance, NotInHistory
from services.finance import Close, CloseState, Deviation, FinanceError, Month, Project

router = APIRouter(prefix="/finance/close", include_in_schema=False)

SHOWN_MONTHS = 12
Text = Annotated[str, Form(max_length=4000)]
Word = Annotated[str, Form(max_length=64)]


@router.get("", name="finance_closes")
def closes_page(request: Request, services: Services, principal: SignedIn) -> Response:
    desk, language = services.finance.desk, language_of(request)
    last = Month.of(datetime.now(UTC).date())
    months = last.plus(1 - SHOWN_MONTHS).until(last)
    return render(
        request,
        "pages/finance_closes.html",
        months=[(month, desk.closes.latest(month)) for month in reversed(months)],
        locks=desk.locks.standing(months),
        states=texts.close_states(language),
        this_month=last,
        trail=desk.trail.lines(limit=30),
        actions=texts.actions(language),
        may_keep=may_keep(principal),
    )


@router.get("/{month}", name="finance_close")
def close_page(
    request: Request,
    services: Services,
    principal: SignedIn,
    month: str,
    project: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    return _show(request, services, principal, Month.parse(month), project)


@router.post("/{month}/start", name="finance_start_close")
async def start(request: Request, services: Services, principal: SignedIn, month: str) -> Response:
    require_keeper(principal)
    await services.finance.request_close(Month.parse(month), principal.name)
    return redirect(request, _address(request, month), Flash(language_of(request).gettext("The close begins in a moment.")))


@router.post("/{month}/explain", name="finance_explain")
async def explain(
    request: Request, services: Services, principal: SignedIn, month: str, project: Word, article: Word, text: Text = ""
) -> Response:
    close = await _latest(services, month)
    projects = await run_in_threadpool(services.finance.desk.projects.projects)
    require_explainer(principal, next((each for each in projects if each.project_id == project), None))
    try:
        await services.finance.explain(close, project, article, text, principal.name)
    except FinanceError as error:
        return redirect(request, _address(request, month), Flash(said(language_of(request), error), "bad"))
    return redirect(request, f"{_address(request, month)}#explain", Flash(language_of(request).gettext("Explained.")))


@router.post("/{month}/check", name="finance_check")
async def check(
    request: Request, services: Services, principal: SignedIn, month: str, decision: Word, note: Text = ""
) -> Response:
    """The controller: `right` or `back`."""
    require_controller(principal)
    close = await _latest(services, month)
    return await _decided(
        request, month, services.finance.check(close, principal.name, is_right=decision == "right", note=note)
    )


@router.post("/{month}/approve", name="finance_approve")
async def approve(
    request: Request, services: Services, principal: SignedIn, month: str, decision: Word, note: Text = ""
) -> Response:
    require_approver(principal)
    close = await _latest(services, month)
    return await _decided(
        request, month, services.finance.approve(close, principal.name, is_right=decision == "right", note=note)
    )


@router.post("/{month}/unlock", name="finance_unlock")
async def unlock(
    request: Request, services: Services, principal: SignedIn, month: str, step: Word, reason: Text = ""
) -> Response:
    """`ask` with a reason, then somebody else `agree`s or `refuse`s."""
    require_approver(principal)
    of_month, locks = Month.parse(month), services.finance.desk.locks
    _ = language_of(request).gettext
    note = Flash(_("Somebody else must agree before the month is open."))
    try:
        if step == "ask":
            await run_in_threadpool(services.finance.ask_to_unlock, of_month, principal.name, reason)
        elif step == "agree":
            _lock, trouble = await services.finance.unlock(of_month, principal.name)
            note = Flash(_("%(month)s is open again.") % {"month": month})
            if trouble:
                problem = _("%(month)s is open again here; the accounting system did not follow: %(reason)s")
                note = Flash(problem % {"month": month, "reason": trouble}, "warn")
        elif step == "refuse":
            await run_in_threadpool(locks.withdraw_unlock, of_month, principal.name)
            note = Flash(_("The month stays locked."))
        else:
            raise Problem(422, "step: ask, agree or refuse")
    except FinanceError as error:
        note = Flash(said(language_of(request), error), "bad")
    return redirect(request, _address(request, month), note)


@router.post("/{month}/abandon", name="finance_abandon")
async def abandon(request: Request, services: Services, principal: SignedIn, month: str, why: Text = "") -> Response:
    require_approver(principal)
    close = await _latest(services, month)
    try:
        await run_in_threadpool(services.finance.desk.closes.abandon, close.close_id, principal.name, why)
    except FinanceError as error:
        return redirect(request, _address(request, month), Flash(said(language_of(request), error), "bad"))
    return redirect(request, _address(request, month))


def _show(request: Request, services: ApiServices, principal: Principal, month: Month, project_id: str) -> Response:
    desk, language = services.finance.desk, language_of(request)
    close = desk.closes.latest(month)
    projects = {each.project_id: each for each in desk.projects.projects()}
    by_project: dict[str, list[Deviation]] = defaultdict(list)
    for each in desk.closes.deviations(month):
        by_project[each.project_id].append(each)
    groups = [(projects.get(key, Project(key, key)), found) for key, found in by_project.items()]
    if project_id in by_project:
        groups.sort(key=lambda group: group[0].project_id != project_id)
    open_count = sum(each.is_open for found in by_project.values() for each in found)
    return render(
        request,
        "pages/finance_close.html",
        month=month,
        close=close,
        groups=groups,
        open_count=open_count,
        steps=_steps(close, open_count),
        articles={each.article_id: each for each in desk.ledger.articles()},
        lock=desk.locks.of(month),
        history=desk.locks.history(month),
        trail=desk.trail.lines(month),
        instance=_instance(services, close),
        states=texts.close_states(language),
        reasons=texts.reasons(language),
        actions=texts.actions(language),
        base=desk.base,
        may_keep=may_keep(principal),
        may_check=may_check(principal),
        may_approve=may_approve(principal),
        may_explain={project.project_id for project, _found in groups if may_explain(principal, project)},
    )


def _steps(close: Close | None, open_count: int) -> list[tuple[str, str]]:
    """Each step with its tone: done, now, or empty for later."""
    if close is None or close.state is CloseState.ABANDONED:
        return [(name, "") for name in ("collect", "explain", "check", "approve", "lock")]
    order = {CloseState.COLLECTING: 1, CloseState.RETURNED: 0, CloseState.APPROVING: 3, CloseState.APPROVED: 4}
    at = order.get(close.state, 5)
    if close.state is CloseState.COLLECTING and not open_count:
        at = 2
    return [
        (name, "done" if number < at else "now" if number == at else "")
        for number, name in enumerate(("collect", "explain", "check", "approve", "lock"))
    ]


async def _decided(request: Request, month: str, deciding: Awaitable[None]) -> Response:
    """Back to the close, with why a decision was not taken where it was not."""
    try:
        await deciding
    except FinanceError as error:
        return redirect(request, _address(request, month), Flash(said(language_of(request), error), "bad"))
    return redirect(request, _address(request, month), Flash(language_of(request).gettext("Your decision is kept.")))


async def _latest(services: ApiServices, month: str) -> Close:
    close = await run_in_threadpool(services.finance.desk.closes.latest, Month.parse(month))
    if close is None:
        raise Problem(404, f"nobody has begun to close {month[:10]}")
    return close


def _instance(services: ApiServices, close: Close | None) -> Instance | None:
    """The process instance of the close, once it is in the read models."""
    if close is None or close.process_instance_key is None:
        return None
    try:
        return services.queries.instance(close.process_instance_key)
    except NotInHistory:
        return None


def _address(request: Request, month: str) -> str:
    return request.url_for("finance_close", month=month).path
