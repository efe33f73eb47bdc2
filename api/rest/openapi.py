"""The description of REST: OpenAPI for programs, and a page to read that needs no other site."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.openapi.utils import get_openapi
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from api.permissions import rule_for_route
from api.problems import MEDIA_TYPE
from api.shell import render

router = APIRouter(include_in_schema=False)
METHODS = ("get", "post", "put", "patch", "delete")
DESCRIPTION = """Everything the pages do, for programs.

Send `Authorization: Bearer TOKEN` with a token from the page “My account”. Keys are text, moments are ISO 8601 with a zone.
Refusals are problem+json (RFC 9457): `detail` says what is wrong and what to do."""


@router.get("/api/v1/openapi.json")
async def openapi(request: Request) -> Response:
    return JSONResponse(await run_in_threadpool(_document, request))


@router.get("/api-docs")
def docs(request: Request) -> Response:
    """Written by the server from the OpenAPI document: no scripts, no other site."""
    document = _document(request)
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, operations in document["paths"].items():
        for method in METHODS:
            if method in operations:
                operation = operations[method] | {"method": method.upper(), "path": path}
                groups.setdefault(operation["tags"][0], []).append(operation)
    return render(request, "pages/api_docs.html", document=document, groups=groups)


def _document(request: Request) -> dict[str, Any]:
    """Made once; routes do not change while we run."""
    state = request.app.state
    if not hasattr(state, "openapi"):
        state.openapi = describe(request.app.routes, request.app.version)
    document: dict[str, Any] = state.openapi
    return document


def describe(routes: Any, version: str) -> dict[str, Any]:  # noqa: ANN401  # FastAPI's routes
    """The OpenAPI document, with who may call what and how refusals look."""
    document = get_openapi(title="Penstock", version=version or "0", description=DESCRIPTION, routes=routes)
    document.setdefault("components", {})["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    document["security"] = [{"token": []}]
    document["components"].setdefault("schemas", {})["Problem"] = PROBLEM
    _each_operation(document, _describe)
    return document


def _each_operation(document: dict[str, Any], change: Callable[[str, str, dict[str, Any]], None]) -> None:
    for path, operations in document["paths"].items():
        for method in METHODS:
            if method in operations:
                change(path, method, operations[method])


def _describe(path: str, method: str, operation: dict[str, Any]) -> None:
    refusal = {"description": "Refused", "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    operation["responses"]["default"] = refusal
    operation["responses"].pop("422", None)
    first, _, rest = operation.get("description", "").partition("\n\n")
    operation["summary"] = " ".join(first.split()) or operation["summary"].capitalize()
    operation["description"] = rest
    rule = rule_for_route(method.upper(), path)
    if rule is not None and rule.roles is not None:
        operation["x-roles"] = sorted({*rule.roles, "admin"})


PROBLEM = {
    "type": "object",
    "description": "RFC 9457 problem details.",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is wrong, where, and what to do."},
        "instance": {"type": "string"},
    },
}
