from pathlib import Path

from services.rate_limits import InMemoryCounters, RateLimit
from tests.web_app import running_web_app


def limit(name: str, most: int) -> RateLimit:
    return RateLimit(name, most, InMemoryCounters(), lambda: 600.0)


async def test_who_asks_too_often_is_told_when_to_come_back(tmp_path: Path) -> None:
    async with running_web_app(tmp_path, limits=[limit("account", 2)]) as app, app.browser() as browser:
        anna, boris = app.account("staff", username="anna"), app.account("staff", username="boris")
        answers = [await browser.get("/api/v1/me", headers=app.bearer(anna)) for _ in range(3)]
        other = await browser.get("/api/v1/me", headers=app.bearer(boris))

        counted = app.services.metrics.text().decode()

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].headers["retry-after"] == "101"
    assert "try again in 101 s" in answers[2].json()["detail"]
    assert other.status_code == 200
    assert 'penstock_http_requests_limited_total{limit="account"} 1.0' in counted
    assert 'penstock_http_requests_total{code="429",method="GET",route="-"} 1.0' in counted


async def test_a_tenant_s_accounts_share_its_limit(tmp_path: Path) -> None:
    async with running_web_app(tmp_path, limits=[limit("account", 5), limit("tenant", 2)]) as app, app.browser() as browser:
        accounts = [app.account("staff", username=name) for name in ("anna", "boris", "vera")]
        answers = [await browser.get("/api/v1/me", headers=app.bearer(account)) for account in accounts]

    assert [answer.status_code for answer in answers] == [200, 200, 429]


async def test_strangers_health_and_files_are_not_counted(tmp_path: Path) -> None:
    async with running_web_app(tmp_path, limits=[limit("account", 1), limit("tenant", 1)]) as app, app.browser() as browser:
        answers = [await browser.get(address) for address in ("/health", "/health", "/login", "/login", "/static/style-1.css")]

    assert {answer.status_code for answer in answers} == {200}
