import re

from tests.web_app import PASSWORD, WebApp

SHOWN = re.compile(r"<code>([A-Za-z0-9-]{20,})</code>")


async def test_an_administrator_makes_an_account_that_can_sign_in(web_app: WebApp) -> None:
    async with web_app.signed_in("admin") as browser, web_app.browser() as newcomer:
        form = {"username": "Bob", "display_name": "Bob", "roles": ["staff", "operator"], "groups": "legal, sales"}
        created = await browser.post("/accounts/new", form)
        password = SHOWN.search(created.text)
        assert password is not None
        signed_in = await newcomer.sign_in("bob", password[1])
        listed = await browser.get("/accounts")

    account = web_app.identities.account_named("bob")
    assert created.status_code == 201
    assert signed_in.status_code == 303
    assert (account.roles, account.groups) == ({"staff", "operator"}, {"legal", "sales"})
    assert "legal, sales" in listed.text


async def test_a_form_with_mistakes_comes_back_filled_in(web_app: WebApp) -> None:
    async with web_app.signed_in("admin") as browser:
        taken = await browser.post("/accounts/new", {"username": "admin", "display_name": "Second", "roles": ["staff"]})
        wrong = await browser.post("/accounts/new", {"username": "two words", "display_name": "Second"})

    assert taken.status_code == wrong.status_code == 422
    assert "This username is taken." in taken.text
    assert 'value="Second"' in wrong.text


async def test_the_last_administrator_cannot_be_closed(web_app: WebApp) -> None:
    async with web_app.signed_in("admin") as browser:
        account = web_app.identities.account_named("admin")
        refused = await browser.post(f"/accounts/{account.account_id}", {"username": "admin", "roles": ["admin"]})

    assert refused.status_code == 422
    assert "last active administrator" in refused.text
    assert web_app.identities.account_named("admin").is_active


async def test_closing_an_account_ends_what_it_is_doing(web_app: WebApp) -> None:
    bob = web_app.account("staff", username="bob")

    async with web_app.signed_in("admin") as browser, web_app.browser() as other:
        await other.sign_in("bob")
        before = await other.get("/account")
        closed = await browser.post(f"/accounts/{bob.account_id}", {"username": "bob", "roles": ["staff"]})
        after = await other.get("/account")

    assert (before.status_code, closed.status_code, after.status_code) == (200, 303, 303)


async def test_a_reset_password_is_shown_once_and_must_be_changed(web_app: WebApp) -> None:
    bob = web_app.account("staff", username="bob")

    async with web_app.signed_in("admin") as browser, web_app.browser() as other:
        shown = await browser.post(f"/accounts/{bob.account_id}/password", {})
        password = SHOWN.search(shown.text)
        assert password is not None
        old = await other.sign_in("bob", PASSWORD)
        await other.sign_in("bob", password[1])
        start = await other.get("/")

    assert old.status_code == 401
    assert start.headers["location"] == "/account/password"


async def test_a_token_made_on_the_page_opens_rest_until_it_is_revoked(web_app: WebApp) -> None:
    async with web_app.signed_in("staff") as browser:
        created = await browser.post("/account/tokens", {"name": "script", "days": 1})
        secret = re.search(r"<code>(pst_[\w-]+)</code>", created.text)
        assert secret is not None
        headers = {"Authorization": f"Bearer {secret[1]}"}
        opened = await browser.client.get("/api/v1/me", headers=headers)
        page = await browser.get("/account")
        address = re.search(r'action="(/account/tokens/\w+/revoke)"', page.text)
        assert address is not None
        await browser.post(address[1], {})
        browser.client.cookies.clear()
        closed = await browser.client.get("/api/v1/me", headers=headers)

    assert secret[1] not in page.text
    assert (opened.status_code, closed.status_code) == (200, 401)


async def test_what_people_typed_is_shown_as_text(web_app: WebApp) -> None:
    async with web_app.signed_in("admin") as browser:
        name = "<script>alert(1)</script>{{ 7*7 }}"
        await browser.post("/accounts/new", {"username": "eve", "display_name": name, "roles": ["staff"]})
        page = await browser.get("/accounts")

    assert "<script>alert(1)" not in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7*7 }}" in page.text


async def test_roles_are_named_in_the_readers_language_with_their_codes_beside(web_app: WebApp) -> None:
    web_app.account("staff", "auditor", username="ann")

    async with web_app.signed_in("admin") as browser:
        pages = [
            (await browser.get(address, headers={"Accept-Language": "ru"})).text
            for address in ("/accounts", "/account", "/accounts/new")
        ]

    assert [("Администратор" in page, "<code" in page.split("Администратор")[1][:80]) for page in pages] == [(True, True)] * 3
    assert "Аудитор" in pages[0]
