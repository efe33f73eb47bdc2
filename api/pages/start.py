"""The start page: the house at a glance, and tickets to try it with."""

from datetime import datetime, timedelta
from typing import Annotated

from babel.dates import LOCALTZ
from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from api.cookies import Flash
from api.dependencies import Services, SignedIn
from api.pages.charts import bars
from api.shell import language_of, redirect, render
from services.identity import Role

router = APIRouter(include_in_schema=False)
HOURS_SHOWN = 24
MAX_SAMPLES = 200


@router.get("/")
def start_page(request: Request, services: Services, principal: SignedIn) -> Response:
    now = datetime.now(LOCALTZ)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    queries = services.queries
    hours = queries.throughput(now - timedelta(hours=HOURS_SHOWN), now, "hour")
    return render(
        request,
        "pages/start.html",
        summary=queries.summary(midnight),
        hours=hours,
        chart=bars([(hour.started, hour.completed) for hour in hours]),
        processes=queries.processes(),
        can_send=principal.may(Role.STAFF, Role.DESIGNER, Role.MANAGER, Role.OPERATOR),
    )


@router.post("/samples")
async def send_samples(
    request: Request, services: Services, count: Annotated[int, Form(ge=1, le=MAX_SAMPLES)] = 20
) -> Response:
    language = language_of(request)
    sent = await services.intake.take_in_samples(count)
    text = language.ngettext("%(count)s sample ticket is on its way.", "%(count)s sample tickets are on their way.", sent)
    return redirect(request, "/", Flash(text % {"count": sent}))
