"""Modifying a running instance by hand: which of its tokens move, end or begin, all in one command."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.cookies import Flash
from api.dependencies import Services
from api.modifications import Modifiable, Modification, NothingToModify, NotThere, modifiable
from api.pages.outcomes import refusal
from api.pages.variables import NotAnObject, object_of
from api.shell import language_of, redirect, render
from zeebe.errors import ZeebeError

router = APIRouter(prefix="/instances/{key:int}/modify", include_in_schema=False)

VISIT = "visit_"
END = "end"
MOVE = "to:"


@router.get("", name="modify_instance")
def modification_page(request: Request, services: Services, key: int) -> Response:
    return _page(request, modifiable(services.queries, key))


@router.post("", name="carry_out_modification")
async def carry_out(
    request: Request,
    services: Services,
    key: int,
    begin: Annotated[str, Form(max_length=1000)] = "",
    variables: Annotated[str, Form()] = "",
) -> Response:
    """`visit_KEY` is `end` or `to:ELEMENT` for each token; empty where it stays. What is refused comes back filled in."""
    found = await run_in_threadpool(modifiable, services.queries, key)
    sent = {name: str(value) for name, value in (await request.form()).items()}
    chosen = {name.removeprefix(VISIT): value for name, value in sent.items() if name.startswith(VISIT) and value}
    language = language_of(request)
    try:
        await _wanted(found, chosen, begin, variables).carry_out(services.zeebe)
    except (NothingToModify, NotThere, NotAnObject) as error:
        return _page(request, found, sent, Flash(language.refused(str(error)), "bad"))
    except ZeebeError as error:
        return _page(request, found, sent, refusal(request, error))
    note = Flash(language.gettext("The instance was modified."))
    return redirect(request, request.url_for("instance", key=key).path, note)


def _wanted(found: Modifiable, chosen: Mapping[str, str], begin: str, variables: str) -> Modification:
    keys = {int(key): value for key, value in chosen.items() if key.isascii() and key.isdigit() and len(key) < 20}
    moved = {key: value.removeprefix(MOVE) for key, value in keys.items() if value.startswith(MOVE)}
    ended = [key for key, value in keys.items() if value == END]
    return found.modification(moved, ended, [begin] if begin else [], object_of(variables))


def _page(request: Request, found: Modifiable, sent: Mapping[str, str] | None = None, refused: Flash | None = None) -> Response:
    return render(
        request,
        "pages/instance_modification.html",
        status_code=422 if refused else 200,
        instance=found.instance,
        visits=found.visits,
        targets=found.targets,
        sent=sent or {},
        refused=refused.message if refused else "",
    )
