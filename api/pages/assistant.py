"""The assistant: a draft beside its task, and how good its drafts are, what models cost, how they answered."""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response

from api.dependencies import Services, SignedIn
from api.pages.variables import parsed
from api.principal import Principal
from api.problems import Problem
from api.services import ApiServices
from api.shell import language_of, render
from api.task_access import require_visible
from history.queries import UserTask
from services.assistant import Draft, DraftNotFound, Figure, Verdict, VerdictRefused

router = APIRouter(prefix="/assistant", include_in_schema=False)

PERIOD = timedelta(days=30)
LATEST_CALLS = 12
_REFERENCE = re.compile(r"\[(\d{1,2})\]")


@router.get("", name="assistant")
def assistant_page(request: Request, services: Services) -> Response:
    desk = services.assistant
    since = datetime.now(UTC) - PERIOD
    figures = desk.drafts.figures(since)
    total: Counter[Verdict] = Counter()
    for figure in figures:
        total.update(figure.counts)
    return render(
        request,
        "pages/assistant.html",
        figures=figures,
        total=Figure("", "", 0, "", dict(total)),
        budget=desk.budget_now(),
        summaries=desk.calls.summaries(desk.tenant, since),
        calls=desk.calls.latest(desk.tenant, LATEST_CALLS),
        rejected=desk.drafts.reasons(10),
        is_practice=desk.is_practice,
        verdicts=Verdict,
    )


@router.get("/tasks/{key:int}", name="task_draft")
def task_draft(request: Request, services: Services, user: SignedIn, key: int) -> Response:
    """The draft of a task, as a part of its page; empty where it has none."""
    task = require_visible(services.queries.user_task(key), user)
    draft = _draft_of(services, task)
    if draft is None:
        return Response("", media_type="text/html")
    return _shown(request, services, user, task, draft)


@router.post("/tasks/{key:int}/verdict", name="draft_verdict")
async def draft_verdict(
    request: Request,
    services: Services,
    user: SignedIn,
    key: int,
    verdict: Annotated[Verdict, Form()],
    reason: Annotated[str, Form(max_length=2_000)] = "",
) -> Response:
    """Accept, edit or reject. An accepted text goes into the reply's field, to be sent with the task."""
    task = require_visible(await asyncio.to_thread(services.queries.user_task, key), user)
    if task.state != "CREATED" or task.assignee != user.name:
        raise Problem(409, "the task is not yours (any more): claim it first")
    draft = await asyncio.to_thread(_draft_of, services, task)
    if draft is None:
        raise Problem(404, "this task has no draft")
    problem = ""
    try:
        draft = await asyncio.to_thread(services.assistant.drafts.decide, draft.draft_id, verdict, by=user.name, reason=reason)
    except VerdictRefused:
        problem = language_of(request).gettext("Say why the draft is of no use: the reason makes the next ones better.")
    response = await asyncio.to_thread(_shown, request, services, user, task, draft, problem)
    if not problem and verdict in {Verdict.ACCEPTED, Verdict.EDITED}:
        text = await asyncio.to_thread(services.assistant.text_for_people, draft)
        # Escaped, because a header holds ASCII only.
        response.headers["HX-Trigger"] = json.dumps({"penstock:fill": {"reply": _without_references(text)}})
    return response


def _draft_of(services: ApiServices, task: UserTask) -> Draft | None:
    draft_id = parsed({"id": task.variables["draft_id"]})["id"] if "draft_id" in task.variables else None
    try:
        return services.assistant.drafts.get(draft_id) if isinstance(draft_id, str) else None
    except DraftNotFound:
        return None


def _shown(
    request: Request, services: ApiServices, user: Principal, task: UserTask, draft: Draft, problem: str = ""
) -> Response:
    variables = parsed(task.variables)
    passages = services.assistant.library.with_ids([int(each.passage_id) for each in draft.citations])
    texts = {str(each.passage_id): each.text for each in passages}
    return render(
        request,
        "pages/_draft.html",
        task=task,
        draft=draft,
        pieces=_pieces(services.assistant.text_for_people(draft)),
        passages={each.passage_id: _quoted(texts.get(each.passage_id, each.quote), each.quote) for each in draft.citations},
        evidence=_evidence(variables),
        category=variables.get("category"),
        confidence=variables.get("confidence"),
        corrected_from=_corrected_from(variables),
        may_decide=task.state == "CREATED" and task.assignee == user.name and draft.likeness is None,
        is_practice=services.assistant.is_practice,
        problem=problem,
    )


def _pieces(text: str) -> list[tuple[str, int]]:
    """The text between its references, each with the number that follows it; 0 for none."""
    parts = _REFERENCE.split(text)
    numbers = [int(number) for number in parts[1::2]]
    return list(zip(parts[::2], [*numbers, 0], strict=True))


def _quoted(text: str, quote: str) -> tuple[str, str, str]:
    """A passage's text before, in and after a quote; the quote may have other white space than the passage."""
    found = re.search(r"\s+".join(map(re.escape, quote.split())), text)
    return (text[: found.start()], found[0], text[found.end() :]) if found else (text, "", "")


def _without_references(text: str) -> str:
    """What the customer reads: numbers of passages mean nothing to them."""
    return re.sub(r"[ \t]*\[\d{1,2}\]", "", text)


def _corrected_from(variables: Mapping[str, Any]) -> str:
    """What the classifier had suggested, where a person chose another category."""
    suggested = variables.get("suggested_category")
    return suggested if isinstance(suggested, str) and suggested != variables.get("category") else ""


def _evidence(variables: Mapping[str, Any]) -> list[str]:
    """The words that decided the category."""
    found = variables.get("evidence")
    words = [each.get("words") for each in found if isinstance(each, dict)] if isinstance(found, list) else []
    return [word for word in words if isinstance(word, str)][:6]
