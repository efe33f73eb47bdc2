"""Privacy, for administrators: what is kept how long, and one customer's data on request.

Addresses come in a form's body, never in the address of a page: those end in histories and logs.
"""

import json
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.dependencies import Services
from api.privacy_desk import ErasureReport, NotAnAddress, PrivacyDesk
from api.problems import Problem
from api.services import ApiServices
from api.shell import render

router = APIRouter(prefix="/privacy", include_in_schema=False)
type Address = Annotated[str, Form(max_length=320)]


@router.get("", name="privacy")
def privacy_page(request: Request, services: Services) -> Response:
    return _page(request, _desk(services))


@router.post("/preview", name="preview_erasure")
def preview(request: Request, services: Services, address: Address = "") -> Response:
    """What would be erased, and what would stay; nothing is changed."""
    desk = _desk(services)
    try:
        return _page(request, desk, address=address.strip(), preview=desk.preview(address))
    except NotAnAddress:
        return _page(request, desk, address=address.strip(), is_wrong=True)


@router.post("/erase", name="erase_person")
async def erase(request: Request, services: Services, address: Address = "", typed: Address = "") -> Response:
    """Erase, when the address was typed a second time: it cannot be taken back."""
    desk = _desk(services)
    try:
        if address.strip().casefold() != typed.strip().casefold():
            report = await run_in_threadpool(desk.preview, address)
            return await run_in_threadpool(_page, request, desk, address=address.strip(), preview=report, is_untyped=True)
        report = await run_in_threadpool(desk.erase, address)
    except NotAnAddress:
        return await run_in_threadpool(_page, request, desk, address=address.strip(), is_wrong=True)
    return await run_in_threadpool(_page, request, desk, erased=report)


@router.post("/export", name="export_person")
def export(services: Services, address: Address = "") -> Response:
    """All that is kept, as a file."""
    try:
        found = _desk(services).export(address)
    except NotAnAddress as error:
        raise Problem(422, str(error)) from error
    content = json.dumps(found, ensure_ascii=False, indent=2, default=str)
    headers = {"Content-Disposition": 'attachment; filename="customer.json"', "Cache-Control": "no-store"}
    return Response(content, media_type="application/json", headers=headers)


def _page(
    request: Request,
    desk: PrivacyDesk,
    *,
    address: str = "",
    preview: ErasureReport | None = None,
    erased: ErasureReport | None = None,
    is_wrong: bool = False,
    is_untyped: bool = False,
) -> Response:
    return render(
        request,
        "pages/privacy.html",
        status_code=422 if is_wrong or is_untyped else 200,
        kept=desk.kept,
        cleaned=desk.cleaned(),
        address=address,
        preview=preview,
        erased=erased,
        is_wrong=is_wrong,
        is_untyped=is_untyped,
    )


def _desk(services: ApiServices) -> PrivacyDesk:
    if services.privacy is None:
        raise Problem(404, "this installation keeps nobody's data")
    return services.privacy
