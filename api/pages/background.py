"""Background work: what waits and can be tried now, what runs, what the clock starts, dead letters to send again or drop."""

from collections.abc import Callable
from datetime import UTC, datetime

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.cookies import Flash
from api.dependencies import Services
from api.pages.background_texts import task_names
from api.problems import Problem
from api.shell import language_of, redirect, render
from services.background_work import DeadTaskUnknown, TaskNotPutOff, TaskState

router = APIRouter(prefix="/background", include_in_schema=False)
HERE = "/background"


@router.get("", name="background")
def background_page(request: Request, services: Services) -> Response:
    desk, now = services.background, datetime.now(UTC)
    tasks = desk.clock_tasks()
    return render(
        request,
        "pages/background.html",
        counts=desk.book.counts(),
        queue=desk.queue(),
        dead=desk.book.dead_letters(),
        unfinished=desk.book.unfinished(),
        tasks=[(task, task.is_late(now)) for task in tasks],
        states=TaskState,
        now=now,
        names=task_names(language_of(request)),
    )


@router.post("/waiting/{task_id}/now", name="hasten_task")
async def hasten(request: Request, services: Services, task_id: str) -> Response:
    await _decide(services.background.book.hasten, task_id)
    return redirect(request, HERE, Flash(language_of(request).gettext("It is tried now.")))


@router.post("/dead/{task_id}/requeue", name="requeue_task")
async def requeue(request: Request, services: Services, task_id: str) -> Response:
    await _decide(services.background.book.revive, task_id)
    return redirect(request, HERE, Flash(language_of(request).gettext("It is sent again.")))


@router.post("/dead/{task_id}/drop", name="drop_task")
async def drop(request: Request, services: Services, task_id: str) -> Response:
    await _decide(services.background.book.drop, task_id)
    return redirect(request, HERE, Flash(language_of(request).gettext("The dead letter is dropped.")))


async def _decide(decision: Callable[[str], None], task_id: str) -> None:
    """Carry out what was decided of a task; one of another tenant is as unknown as one that has gone on meanwhile."""
    try:
        await run_in_threadpool(decision, task_id)
    except (DeadTaskUnknown, TaskNotPutOff) as error:
        raise Problem(404, str(error)) from error


@router.post("/dead/requeue-all", name="requeue_all_tasks")
async def requeue_all(request: Request, services: Services) -> Response:
    count = await run_in_threadpool(services.background.book.revive_all)
    note = language_of(request).ngettext("%(count)s task is sent again.", "%(count)s tasks are sent again.", count)
    return redirect(request, HERE, Flash(note % {"count": count}))
