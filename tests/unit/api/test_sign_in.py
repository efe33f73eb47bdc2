from tests.web_app import PASSWORD, WebApp


async def test_a_stranger_is_led_to_the_login_page_and_back_again(web_app: WebApp) -> None:
    web_app.account("staff", username="ada")

    async with web_app.browser() as browser:
        turned_away = await browser.get("/account?tab=1")
        await browser.get(turned_away.headers["location"])
        form = {"username": "Ada", "password": PASSWORD, "next": "/account?tab=1"}
        signed_in = await browser.post("/login", form)
        page = await browser.get("/account?tab=1")

    assert turned_away.headers["location"] == "/login?next=/account%3Ftab%3D1"
    assert (signed_in.status_code, signed_in.headers["location"]) == (303, "/account?tab=1")
    assert page.status_code == 200
    assert "ada" in page.text


async def test_a_wrong_password_opens_nothing_and_says_nothing_about_the_account(web_app: WebApp) -> None:
    web_app.account("staff", username="ada")

    async with web_app.browser() as browser:
        wrong = await browser.sign_in("ada", "not the password")
        unknown = await browser.sign_in("nobody", "not the password")
        page = await browser.get("/account")

    assert wrong.status_code == unknown.status_code == 401
    assert wrong.text.replace("ada", "nobody").split("<main")[1] == unknown.text.split("<main")[1]
    assert page.status_code == 303


async def test_the_session_cookie_is_kept_from_scripts_and_other_sites(web_app: WebApp) -> None:
    web_app.account("staff", username="ada")

    async with web_app.browser() as browser:
        response = await browser.sign_in("ada")

    cookie = response.headers["set-cookie"].lower()
    assert cookie.startswith("penstock_session=")
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


async def test_signing_out_ends_the_session_on_the_server_too(web_app: WebApp) -> None:
    async with web_app.signed_in("staff") as browser:
        kept = dict(browser.client.cookies)
        await browser.post("/sign-out", {})
        browser.client.cookies.update(kept)
        page = await browser.get("/account")

    assert page.status_code == 303
    assert page.headers["location"].startswith("/login")


async def test_a_sign_in_gives_a_new_session_id_each_time(web_app: WebApp) -> None:
    web_app.account("staff", username="ada")

    async with web_app.browser() as browser:
        await browser.sign_in("ada")
        first = browser.client.cookies["penstock_session"]
        await browser.post("/sign-out", {})
        await browser.sign_in("ada")
        second = browser.client.cookies["penstock_session"]

    assert first != second


async def test_a_forged_session_cookie_opens_nothing(web_app: WebApp) -> None:
    async with web_app.browser() as browser:
        browser.client.cookies.set("penstock_session", "stolen.AAAAAAAAAAAAAAAAAAAAAAAAAAA")
        page = await browser.get("/account")

    assert page.status_code == 303


async def test_too_many_wrong_passwords_close_the_door_for_a_while(web_app: WebApp) -> None:
    web_app.account("staff", username="ada")

    async with web_app.browser() as browser:
        for _ in range(10):
            await browser.sign_in("ada", "wrong password")
        refused = await browser.sign_in("ada", PASSWORD)

    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= 900


async def test_the_page_after_signing_in_is_never_another_site(web_app: WebApp) -> None:
    web_app.account("staff", username="ada")

    for hostile in ("https://evil.test/", "//evil.test", "/\\evil.test", "javascript:alert(1)", "/\tevil"):
        async with web_app.browser() as browser:
            await browser.get("/login")
            form = {"username": "ada", "password": PASSWORD, "next": hostile}
            response = await browser.post("/login", form)

        assert response.headers["location"] == "/"


async def test_a_password_that_others_have_seen_must_be_changed_first(web_app: WebApp) -> None:
    account = web_app.account("staff", username="ada")
    given = web_app.identities.reset_password(account.account_id)

    async with web_app.browser() as browser:
        await browser.sign_in("ada", given)
        sent_on = await browser.get("/")
        await browser.get("/account/password")
        new = "a password of my own"
        changed = await browser.post("/account/password", {"old": given, "new": new, "again": new})
        login = await browser.get("/login")
        await browser.sign_in("ada", new)
        start = await browser.get("/")

    assert sent_on.headers["location"] == "/account/password"
    assert changed.headers["location"] == "/login"
    assert "Your password is changed. Sign in with the new one." in login.text
    assert start.status_code == 200
