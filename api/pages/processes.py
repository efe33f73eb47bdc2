"""Processes and their versions: the diagram with what runs in it, the XML, and starting an instance."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from api.bounds import MAX_NUMBER, Version
from api.cookies import Flash
from api.dependencies import Services
from api.model_drawing import drawn
from api.model_texts import translated_diagram
from api.pages.diagrams import process_counts
from api.pages.outcomes import refusal
from api.pages.variables import NotAnObject, object_of
from api.shell import language_of, redirect, render
from services.engine_runs import agreements
from zeebe.errors import ZeebeError

router = APIRouter(prefix="/processes", include_in_schema=False)

# How Zeebe spells "the newest version".
LATEST = -1


@router.get("", name="processes")
def processes(request: Request, services: Services) -> Response:
    queries = services.queries
    return render(
        request,
        "pages/processes.html",
        processes=queries.processes(),
        decisions=queries.decisions(),
        forms=queries.forms(),
    )


@router.get("/definitions/{key:int}/xml", name="process_xml")
def process_xml(request: Request, services: Services, key: int, *, download: bool = False) -> Response:
    """The file as it was deployed; or to be looked at, with its names in the reader's language."""
    definition = services.queries.process_definition(key)
    headers = {"Cache-Control": "private, max-age=86400", "Vary": "Accept-Language, Cookie"}
    if download:
        name = f"{definition.bpmn_process_id}.v{definition.version}.bpmn"
        headers["Content-Disposition"] = f'attachment; filename="{_ascii(name)}"'
        return Response(definition.xml, media_type="application/xml", headers=headers)
    shown = translated_diagram(drawn(definition.xml), language_of(request).model_text)
    return Response(shown, media_type="application/xml", headers=headers)


@router.get("/{bpmn_process_id}", name="process")
def process(request: Request, services: Services, bpmn_process_id: str, version: Version | None = None) -> Response:
    queries = services.queries
    definition = queries.latest_process_definition(bpmn_process_id, version)
    return render(
        request,
        "pages/process.html",
        definition=definition,
        versions=queries.process_versions(bpmn_process_id),
        agreements=agreements(services.engine_runs.of(bpmn_process_id, definition.xml.encode())),
        counts=process_counts(queries.running_at(bpmn_process_id, definition.version)),
    )


@router.get("/{bpmn_process_id}/counts.json", name="process_counts")
def counts(services: Services, bpmn_process_id: str, version: Version | None = None) -> dict[str, object]:
    return process_counts(services.queries.running_at(bpmn_process_id, version))


@router.post("/{bpmn_process_id}/start", name="start_instance")
async def start(
    request: Request,
    services: Services,
    bpmn_process_id: str,
    variables: Annotated[str, Form()] = "",
    version: Annotated[int, Form(ge=LATEST, le=MAX_NUMBER)] = LATEST,
) -> Response:
    """Start an instance with the variables that were typed."""
    _ = language_of(request).gettext
    back = request.url_for("process", bpmn_process_id=bpmn_process_id).path
    try:
        created = await services.zeebe.create_process_instance(bpmn_process_id, object_of(variables), version=version)
    except NotAnObject as error:
        return redirect(request, back, Flash(language_of(request).refused(str(error)), "bad"))
    except ZeebeError as error:
        return redirect(request, back, refusal(request, error))
    started = _("Instance %(key)s was started.") % {"key": created.process_instance_key}
    return redirect(request, back, Flash(started, address=request.url_for("instance", key=created.process_instance_key).path))


def _ascii(name: str) -> str:
    return "".join(letter if letter.isascii() and (letter.isalnum() or letter in "._-") else "_" for letter in name)
