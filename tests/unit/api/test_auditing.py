from pathlib import Path

import pytest

from api.app import all_routes
from api.auditing import SAFE, UNTOLD
from api.i18n import load_languages
from api.pages.deed_names import deed_names
from bootstrap.audit import masked, snapshots
from services.audit import AuditEntry, AuditFilter, SqlAuditLog, verify
from services.identity import AccountDraft, Role
from settings import Settings
from tests.web_app import HOME, PASSWORD, WebApp, make_services, running_web_app


@pytest.fixture
async def audited_app(tmp_path: Path):
    services, _identities, engine = make_services(tmp_path)
    await services.zeebe.close()
    settings = Settings(home=HOME, data_dir=tmp_path)
    async with running_web_app(tmp_path, audit=SqlAuditLog(engine), snapshots=snapshots(settings, engine), mask=masked) as app:
        yield app
    engine.dispose()


def entries(app: WebApp, action: str = "") -> list[AuditEntry]:
    return list(reversed(app.services.audit.page(AuditFilter(action=action))))


async def test_a_change_of_roles_is_kept_with_what_was_before_and_after(audited_app: WebApp) -> None:
    bob = audited_app.account("staff", username="bob")
    async with audited_app.signed_in("admin") as browser:
        form = {"username": "bob", "display_name": "", "roles": ["staff", "operator"], "is_active": "on"}
        answer = await browser.post(f"/accounts/{bob.account_id}", form)

    (entry,) = entries(audited_app, "/accounts/{account_id}")

    assert answer.status_code == 303
    assert (entry.deed.actor, entry.deed.way, entry.deed.subject) == ("admin", "session", f"account_id={bob.account_id}")
    assert (entry.deed.before["roles"], entry.deed.after["roles"]) == (["staff"], ["operator", "staff"])


async def test_a_new_account_s_password_is_not_kept_and_neither_is_a_sign_in_s(audited_app: WebApp) -> None:
    async with audited_app.signed_in("admin") as browser:
        await browser.post("/accounts/new", {"username": "bob", "display_name": "Bob B", "roles": ["staff"]})

    kept = str(entries(audited_app))

    assert "'username': 'bob'" in kept
    assert "correct horse battery" not in kept
    assert [each.deed.action for each in entries(audited_app)] == ["POST /login", "POST /accounts/new"]


async def test_a_sign_in_is_told_of_whoever_signed_in_and_of_their_tenant(audited_app: WebApp) -> None:
    draft = AccountDraft("ann", "", frozenset({Role.STAFF}), tenant_id="acme")
    audited_app.identities.create_account(draft, PASSWORD)
    async with audited_app.browser() as browser:
        await browser.sign_in("ann")

    (entry,) = entries(audited_app, "/login")

    assert (entry.deed.actor, entry.deed.way, entry.deed.tenant_id) == ("ann", "session", "acme")


async def test_what_was_refused_and_what_only_reads_is_not_told(audited_app: WebApp) -> None:
    async with audited_app.signed_in("staff") as browser:
        refused = await browser.post("/accounts/new", {"username": "bob", "roles": ["admin"]})
        await browser.get("/inbox")

    told = [each.deed.action for each in entries(audited_app)]

    assert refused.status_code == 403
    assert told == ["POST /login"]


async def test_a_customer_s_ticket_leaves_no_personal_data(audited_app: WebApp) -> None:
    account = audited_app.account("staff")
    ticket = {
        "source": "shop",
        "external_id": "17",
        "text": "Call Petrova at +44 20 7946 0958",
        "customer_name": "Anna Petrova",
        "customer_email": "anna.petrova@example.org",
    }
    async with audited_app.browser() as browser:
        answer = await browser.post("/api/v1/tickets", json=ticket, headers=audited_app.bearer(account))

    kept = str(entries(audited_app))

    assert answer.status_code < 300, answer.text
    assert "POST /api/v1/tickets" in kept
    assert not [each for each in ("Petrova", "anna.petrova", "7946") if each in kept]


async def test_a_deed_that_cannot_be_written_down_is_not_answered_as_done(audited_app: WebApp) -> None:
    async with audited_app.signed_in("admin") as browser:
        with audited_app.engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE audit_entry")
        answer = await browser.post("/accounts/new", {"username": "bob", "display_name": "", "roles": ["staff"]})

    assert answer.status_code == 500


async def test_administrators_read_filter_and_download_the_log(audited_app: WebApp) -> None:
    async with audited_app.signed_in("admin") as browser:
        await browser.post("/accounts/new", {"username": "bob", "display_name": "", "roles": ["staff"]})
        page = await browser.get("/audit?actor=admin&since=2020-01-01&until=nonsense")
        none = await browser.get("/audit?until=2020-01-01&before=x")
        table = await browser.get("/audit.csv?action=accounts")

    assert "POST /accounts/new" in page.text
    assert "No entries" in none.text
    assert len(table.text.splitlines()) == 2
    assert table.text.splitlines()[1].split(",")[4] == "POST /accounts/new"
    assert verify(audited_app.services.audit.entries()).breaks == 0


@pytest.mark.parametrize("address", ["/audit", "/audit.csv"])
async def test_nobody_else_reads_it(audited_app: WebApp, address: str) -> None:
    async with audited_app.signed_in("manager") as browser:
        answer = await browser.get(address)

    assert answer.status_code == 403


def test_every_route_that_the_log_tells_of_has_a_name_and_no_name_is_left_over() -> None:
    english = load_languages(HOME / "translations", "en").by_code["en"]
    told = {f"{method} {path}" for method, path in all_routes() if method not in SAFE and not path.startswith(UNTOLD)}

    names = deed_names(english)

    assert set(names) == told


async def test_the_page_says_what_was_done_in_words_with_the_route_beside(audited_app: WebApp) -> None:
    async with audited_app.signed_in("admin") as browser:
        page = (await browser.get("/audit", headers={"Accept-Language": "ru"})).text

    row = page.split("<tbody>")[1]
    assert "Вход" in row
    assert "<code>POST /login</code>" in row
    assert "Прислано" in row
