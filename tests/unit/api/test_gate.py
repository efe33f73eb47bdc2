import re
from pathlib import Path

import pytest

from api.app import all_routes
from api.permissions import RULES, rule_for
from api.reference import permissions_page
from services.identity import Role
from tests.web_app import WebApp


async def test_only_login_health_and_static_answer_a_stranger(web_app: WebApp) -> None:
    open_to_all = {}

    async with web_app.browser() as browser:
        for method, path in routes():
            response = await browser.client.request(method, path, headers={"Accept": "text/html"})
            if response.status_code not in {303, 401}:
                open_to_all[method, path] = response.status_code

    # A stranger's POST without a CSRF token is refused even where strangers may go.
    assert open_to_all == {
        ("GET", "/login"): 200,
        ("POST", "/login"): 403,
        ("POST", "/language"): 403,
        ("GET", "/health"): 200,
        ("GET", "/ready"): 200,
        # There is no identity provider here.
        ("GET", "/sign-in"): 404,
        ("GET", "/sign-in/callback"): 404,
        ("POST", "/sign-in/back-channel-logout"): 404,
        # The portal's way in; its other pages lead there.
        ("GET", "/portal"): 200,
        ("GET", "/portal/enter"): 200,
        # The secret in a webhook's address is wrong.
        ("POST", "/api/v1/crm-hooks/1/1"): 404,
        **{("POST", path): 403 for method, path in routes() if method == "POST" and path.startswith("/portal")},
    }


@pytest.mark.parametrize("role", list(Role))
async def test_each_role_opens_exactly_what_the_table_says(web_app: WebApp, role: str) -> None:
    account = web_app.account(role)

    async with web_app.browser() as browser:
        await browser.sign_in(account.username)
        for method, path in routes():
            if path in {"/events", "/sign-out"}:
                continue
            rule = rule_for(method, path)
            response = await browser.client.request(method, path, headers={"X-CSRF-Token": browser.csrf_token})
            is_refused_for_role = response.status_code == 403 and "ask an administrator" in response.text
            allowed = rule is not None and (rule.roles is None or role == "admin" or role in rule.roles)

            assert is_refused_for_role is not allowed, (method, path, response.status_code)
            assert response.status_code != 500, (method, path, response.text)


async def test_a_path_without_a_rule_is_closed_even_to_an_administrator(web_app: WebApp) -> None:
    async with web_app.signed_in("admin") as browser:
        response = await browser.get("/no/such/page")

    assert response.status_code == 404
    assert "there is nothing at GET /no/such/page" in response.text


def test_every_rule_is_reachable() -> None:
    shadowed = []

    for rule in RULES:
        path = rule.pattern.replace("/**", "/x").replace("*", "x")
        if any(rule_for(method, path) is not rule for method in rule.methods):
            shadowed.append(rule.pattern)

    # These differ by method, or are an exception that stands before the rule.
    assert shadowed == []


async def test_an_unsafe_request_needs_the_token_of_the_session(web_app: WebApp) -> None:
    async with web_app.signed_in("staff") as browser, web_app.browser() as other:
        await other.get("/login")
        without = await browser.client.post("/account/tokens", data={"name": "x"})
        foreign = await browser.client.post("/account/tokens", data={"name": "x", "csrf_token": other.csrf_token})
        header = await browser.client.post("/account/tokens", data={"name": "x"}, headers={"X-CSRF-Token": browser.csrf_token})
        cross = await browser.post("/account/tokens", {"name": "x"}, headers={"Sec-Fetch-Site": "cross-site"})
        field = await browser.post("/account/tokens", {"name": "x"})

    assert [each.status_code for each in (without, foreign, header, cross, field)] == [403, 403, 200, 403, 200]


async def test_an_htmx_request_of_an_ended_session_leads_the_page_to_the_login(web_app: WebApp) -> None:
    async with web_app.browser() as browser:
        response = await browser.get("/account", headers={"HX-Request": "true"})

    assert response.status_code == 401
    assert response.headers["hx-redirect"] == "/login?next=/account"


async def test_every_answer_carries_the_security_headers(web_app: WebApp) -> None:
    async with web_app.browser() as browser:
        answers = [await browser.get(path) for path in ("/login", "/health", "/account", "/nothing", "/static/style-1.css")]

    for answer in answers:
        assert "script-src 'self'" in answer.headers["content-security-policy"]
        assert "unsafe-inline" not in re.sub(r"style-src-attr[^;]*", "", answer.headers["content-security-policy"])
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert "immutable" in answers[-1].headers["cache-control"]
    assert answers[0].headers["cache-control"] == "no-store"


async def test_the_static_folder_gives_away_nothing_beside_it(web_app: WebApp) -> None:
    async with web_app.browser() as browser:
        answers = [
            await browser.get(path) for path in ("/static/../penstock.db", "/static/%2e%2e/penstock.db", "/static//etc/passwd")
        ]

    assert all(answer.status_code in {303, 404} for answer in answers)


def routes() -> list[tuple[str, str]]:
    """Every method and path that the application answers, parameters filled in."""
    return [(method, re.sub(r"\{[^}]+\}", "1", path)) for method, path in all_routes()]


def test_the_page_about_permissions_is_current() -> None:
    page = Path(__file__).parents[3] / "docs" / "reference" / "permissions.md"

    assert page.read_text(encoding="utf-8") == permissions_page(), (
        "run: python -m api.reference > docs/reference/permissions.md"
    )
