"""No number of a request is larger than what a column or a command can hold: it is refused before a database sees it."""

from collections.abc import Iterator
from typing import Annotated, Any

import pytest
from fastapi.dependencies.utils import _get_flat_body_params, get_flat_params
from fastapi.routing import APIRoute
from pydantic import TypeAdapter

from api.app import REST_ROUTERS, ROUTERS
from tests.web_app import WebApp


def unbounded(node: object, path: str, shapes: dict[str, Any], above: frozenset[str] = frozenset()) -> Iterator[str]:
    """Where a JSON schema lets any integer in."""
    if isinstance(node, list):
        for each in node:
            yield from unbounded(each, path, shapes, above)
    elif isinstance(node, dict):
        if "$ref" in node:
            name = node["$ref"].rsplit("/", 1)[1]
            if name not in above:
                yield from unbounded(shapes[name], path, shapes, above | {name})
            return
        lowest, highest = {"minimum", "exclusiveMinimum"} & node.keys(), {"maximum", "exclusiveMaximum"} & node.keys()
        if node.get("type") == "integer" and not (lowest and highest):
            yield path
        for name, each in node.items():
            if name != "$defs":
                yield from unbounded(each, f"{path}.{name}", shapes, above)


def test_every_integer_of_a_request_has_both_bounds() -> None:
    routes = [route for router in (*ROUTERS, *REST_ROUTERS) for route in router.routes if isinstance(route, APIRoute)]
    found, fields = [], 0
    for route in routes:
        for field in (*get_flat_params(route.dependant), *_get_flat_body_params(route.dependant)):
            fields += 1
            if f"{{{field.name}:int}}" in route.path:
                # The gate knows those: see below.
                continue
            schema = TypeAdapter(Annotated[field.field_info.annotation, field.field_info]).json_schema()
            found += [f"{route.path}: {each}" for each in unbounded(schema, field.name, schema.get("$defs", {}))]

    assert fields > 400
    assert found == []


def test_an_integer_without_bounds_is_found() -> None:
    schema = {"properties": {"version": {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "null"}]}}}

    assert list(unbounded(schema, "body", {})) == ["body.properties.version.anyOf"]


@pytest.mark.parametrize("path", ["/inbox/9223372036854775808", "/instances/9223372036854775808/diagram.json"])
async def test_a_key_in_a_path_that_no_engine_gives_is_not_found(web_app: WebApp, path: str) -> None:
    async with web_app.signed_in("admin") as browser:
        response = await browser.client.get(path)

    assert response.status_code == 404


async def test_a_version_beyond_any_column_is_refused_by_name(web_app: WebApp) -> None:
    headers = web_app.bearer(web_app.account("admin"))
    async with web_app.browser() as browser:
        asked = {"content": "x", "expected_version": 104_339_943_983_963_455_488}
        response = await browser.client.put("/api/v1/drafts/none", json=asked, headers=headers)

    assert response.status_code == 422
    assert "expected_version" in response.text
