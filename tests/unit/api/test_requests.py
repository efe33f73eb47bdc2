"""What a hostile or careless request meets before any route does."""

import pytest

from api.body_limit import MAX_JSON_DEPTH, is_too_deep
from tests.web_app import WebApp


@pytest.fixture
def headers(web_app: WebApp) -> dict[str, str]:
    return web_app.bearer(web_app.account("admin"))


async def test_a_body_that_is_too_large_is_refused_unread(web_app: WebApp, headers: dict[str, str]) -> None:
    limit = web_app.services.values.max_json_bytes

    async with web_app.browser() as browser:
        declared = await browser.client.post("/api/v1/messages", content=b"x" * (limit + 1), headers=headers)
        chunked = await browser.client.post("/api/v1/messages", content=chunks(limit), headers=headers)

    assert declared.status_code == chunked.status_code == 413
    assert str(limit) in declared.json()["detail"]


async def test_an_upload_that_is_too_large_is_refused(web_app: WebApp, headers: dict[str, str]) -> None:
    content = b"x" * (web_app.services.values.max_upload_bytes + 1)

    async with web_app.browser() as browser:
        files = {"resources": ("big.bpmn", content)}
        answer = await browser.client.post("/api/v1/deployments", files=files, headers=headers)

    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("method", "path", "methods"),
    [
        ("POST", "/api/v1/drafts/9", "DELETE, GET, PUT"),
        ("PATCH", "/api/v1/tickets/T-1", "GET"),
    ],
)
async def test_a_method_that_an_address_does_not_take_is_answered_with_those_it_does(
    web_app: WebApp, headers: dict[str, str], method: str, path: str, methods: str
) -> None:
    async with web_app.browser() as browser:
        answer = await browser.client.request(method, path, headers=headers)

    assert answer.status_code == 405
    assert answer.headers["Allow"] == methods
    assert answer.json()["detail"] == f"there is nothing at {method} {path}: it takes {methods}"


async def test_json_that_is_nested_too_deep_is_refused(web_app: WebApp, headers: dict[str, str]) -> None:
    deep = b'{"name": "m", "variables": {"v": ' + b"[" * 100_000 + b"]" * 100_000 + b"}}"

    async with web_app.browser() as browser:
        answer = await browser.client.post("/api/v1/messages", content=deep, headers={**headers, **JSON})

    assert answer.status_code == 400
    assert str(MAX_JSON_DEPTH) in answer.json()["detail"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"[" * 64 + b"]" * 64, False),
        (b"[" * 65 + b"]" * 65, True),
        (b'"' + b"[" * 500 + b'"', False),
        (b'"\\"' + b"[" * 500 + b'"', False),
        (b"[]" * 500, False),
        (b'{"a": [' * 40 + b"]}" * 40, True),
        (b"[" * 500, True),
        (b"}{" * 500, True),
    ],
)
def test_depth_is_told_from_width_and_text(text: bytes, expected: bool) -> None:
    assert is_too_deep(text) is expected


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b'{"name": "m", "variables": []}',
        b'{"name": "m", "variables": {"v": NaN}}',
        b'{"name": "m", "variables": {"v": "\\ud800"}}',
        b'{"name": "m", "unknown": 1}',
        b'{"name": "m", "time_to_live_ms": -1}',
        b"\xff\xfe\x00",
    ],
)
async def test_a_body_that_does_not_fit_is_a_problem_with_its_place(web_app: WebApp, headers, body: bytes) -> None:
    async with web_app.browser() as browser:
        answer = await browser.client.post("/api/v1/messages", content=body, headers={**headers, **JSON})

    assert answer.status_code in {400, 422}, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]


async def test_a_body_that_is_no_json_is_told_so_with_the_place_in_it(web_app: WebApp, headers: dict[str, str]) -> None:
    async with web_app.browser() as browser:
        answer = await browser.client.post("/api/v1/messages", content=b'{"name": m}', headers={**headers, **JSON})

    assert answer.status_code == 422
    assert answer.json()["detail"] == "body: no JSON: Expecting value (character 9)"
    assert answer.json()["errors"] == [{"where": "body", "message": "no JSON: Expecting value (character 9)"}]


@pytest.mark.parametrize(
    "path", ["/api/v1/instances/9223372036854775808", "/instances/99999999999999999999", "/api/v1/tickets/a%00b"]
)
async def test_a_number_beyond_any_key_is_not_found(web_app: WebApp, headers: dict[str, str], path: str) -> None:
    async with web_app.browser() as browser:
        await browser.sign_in("admin")
        answer = await browser.get(path)

    assert answer.status_code == 404


async def test_an_unknown_filter_is_told_instead_of_ignored(web_app: WebApp, headers: dict[str, str]) -> None:
    async with web_app.browser() as browser:
        answer = await browser.client.get("/api/v1/instances?proces=x", headers=headers)

    assert answer.status_code == 422
    assert "proces" in answer.json()["detail"]


async def test_a_wrong_cursor_is_a_problem(web_app: WebApp, headers: dict[str, str]) -> None:
    async with web_app.browser() as browser:
        answer = await browser.client.get("/api/v1/instances?cursor=AAAA", headers=headers)

    assert answer.status_code == 400
    assert "cursor" in answer.json()["detail"]


async def test_a_gateway_that_is_away_is_a_problem_to_try_again(web_app: WebApp, headers: dict[str, str]) -> None:
    async with web_app.browser() as browser:
        answer = await browser.client.post("/api/v1/messages", json={"name": "m"}, headers=headers)

    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "2"
    assert "127.0.0.1:1" in answer.json()["detail"]


@pytest.mark.parametrize("value", ["", "Bearer", "Bearer ", "Bearer nonsense", "Basic YTpi", "Bearer " + "x" * 10_000])
async def test_a_wrong_bearer_token_opens_nothing(web_app: WebApp, value: str) -> None:
    async with web_app.browser() as browser:
        answer = await browser.client.get("/api/v1/me", headers={"Authorization": value})

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_bearer_token_opens_rest_only(web_app: WebApp, headers: dict[str, str]) -> None:
    async with web_app.browser() as browser:
        rest = await browser.client.get("/api/v1/me", headers=headers)
        page = await browser.client.get("/account", headers=headers)

    assert rest.json()["username"] == "admin"
    assert page.status_code == 303


async def test_the_openapi_document_names_the_roles_of_every_route(web_app: WebApp, headers: dict[str, str]) -> None:
    async with web_app.browser() as browser:
        document = (await browser.client.get("/api/v1/openapi.json", headers=headers)).json()

    operations = [operation for path in document["paths"].values() for operation in path.values()]
    assert len(operations) > 40
    assert all(operation["x-roles"] and "default" in operation["responses"] for operation in operations)
    assert all(path.startswith("/api/v1/") for path in document["paths"])


JSON = {"Content-Type": "application/json"}


async def chunks(limit: int):
    for _ in range(limit // 65_536 + 2):
        yield b" " * 65_536
