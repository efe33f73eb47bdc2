import time
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy import select

from services.identity.tables import account, session
from tests.integration.keycloak.conftest import Pages
from tests.keycloak_server import administrator

pytestmark = pytest.mark.timeout(240)


def test_somebody_signs_in_by_keycloak_and_is_who_keycloak_says(pages: Pages) -> None:
    with pages.browser() as browser:
        back = pages.sign_in(browser, "ada", "/account?tab=1")
        me = browser.get("/api/v1/me")

    assert (back.status_code, back.headers["location"]) == (303, "/account?tab=1")
    shown = me.json()
    assert (shown["username"], shown["display_name"]) == ("ada", "Ada Tester")
    assert (shown["roles"], shown["groups"]) == (["staff"], ["support"])
    with pages.engine.connect() as connection:
        row = connection.execute(select(account).where(account.c.username == "ada")).one()
    assert (row.tenant_id, row.issuer, row.password_hash) == ("acme", pages.keycloak.issuer, "")


def test_the_way_there_carries_state_nonce_and_a_challenge_and_the_way_back_works_once(pages: Pages) -> None:
    with pages.browser() as browser, pages.browser() as stranger:
        leaving = browser.get("/sign-in")
        asked = parse_qs(urlsplit(leaving.headers["location"]).query)
        answer = pages.at_the_form(browser, "max")
        elsewhere = stranger.get(answer.headers["location"])
        secret = browser.cookies["penstock_sign_in"]
        first = browser.get(answer.headers["location"])
        browser.cookies.set("penstock_sign_in", secret)
        again = browser.get(answer.headers["location"])

    assert asked["code_challenge_method"] == ["S256"]
    assert {"state", "nonce", "code_challenge"} <= set(asked)
    # A code that somebody else's browser was given opens nothing here, and ours opens once.
    assert (elsewhere.status_code, first.status_code, again.status_code) == (401, 303, 401)


def test_a_code_with_another_verifier_is_refused_by_keycloak_itself(pages: Pages) -> None:
    with pages.browser() as browser:
        answer = pages.at_the_form(browser, "max")
        code = parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]
        form = {
            "grant_type": "authorization_code",
            "client_id": "penstock-web",
            "code": code,
            "redirect_uri": f"{pages.url}/sign-in/callback",
            "code_verifier": "x" * 64,
        }
        refused = httpx.post(f"{pages.keycloak.issuer}/protocol/openid-connect/token", data=form)

    assert refused.status_code == 400


def test_somebody_without_a_role_is_told_what_is_missing(pages: Pages) -> None:
    with pages.browser() as browser:
        back = pages.sign_in(browser, "nobody")

    assert back.status_code == 401
    assert "nobody has no role here" in back.text


def test_an_administrator_must_set_up_a_second_factor_first(pages: Pages) -> None:
    with pages.browser() as browser:
        answer = pages.at_the_form(browser, "olga")
        shown = browser.get(answer.headers["location"])

    assert "required-action" in answer.headers["location"]
    assert "kc-totp" in shown.text


def test_a_service_account_calls_the_api_with_its_own_role(pages: Pages) -> None:
    bearer = {"Authorization": f"Bearer {pages.program_token()}"}

    me = httpx.get(f"{pages.url}/api/v1/me", headers=bearer)
    accounts = httpx.get(f"{pages.url}/api/v1/accounts", headers=bearer)
    nobody = httpx.get(f"{pages.url}/api/v1/me", headers={"Authorization": bearer["Authorization"][:-8] + "AAAAAAAA"})

    assert (me.json()["username"], me.json()["roles"]) == ("service-account-penstock-worker", ["worker"])
    assert (accounts.status_code, nobody.status_code) == (403, 401)


def test_the_word_of_keycloak_that_a_session_ended_ends_it_here(pages: Pages) -> None:
    with pages.browser() as browser, pages.browser() as other, administrator(pages.keycloak.url) as admin:
        pages.sign_in(browser, "lena")
        pages.sign_in(other, "ada")
        before = browser.get("/account")
        admin.user_logout(admin.get_user_id("lena"))
        after = _until(lambda: browser.get("/account"), 303)
        untouched = other.get("/account")

    assert (before.status_code, after.status_code, untouched.status_code) == (200, 303, 200)


def test_one_session_that_ended_leaves_the_same_person_s_others(pages: Pages) -> None:
    with pages.browser() as office, pages.browser() as home, administrator(pages.keycloak.url) as admin:
        pages.sign_in(office, "lena")
        lena = admin.get_user_id("lena")
        at_office = {each["id"] for each in admin.get_sessions(lena)}
        pages.sign_in(home, "lena")
        (at_home,) = {each["id"] for each in admin.get_sessions(lena)} - at_office
        admin.connection.raw_delete(f"admin/realms/penstock/sessions/{at_home}")
        gone = _until(lambda: home.get("/account"), 303)
        untouched = office.get("/account")

    assert (gone.status_code, untouched.status_code) == (303, 200)


def test_an_administrator_who_signs_somebody_out_ends_every_session(pages: Pages) -> None:
    """Keycloak's word names one of them alone; it is asked about the others."""
    with pages.browser() as office, pages.browser() as home, administrator(pages.keycloak.url) as admin:
        pages.sign_in(office, "vera")
        pages.sign_in(home, "vera")
        admin.user_logout(admin.get_user_id("vera"))

        def last_of_both() -> httpx.Response:
            pages.end_silent()
            return min(office.get("/account"), home.get("/account"), key=lambda answer: answer.status_code)

        after = _until(last_of_both, 303)

    assert after.status_code == 303


def test_a_forged_logout_token_ends_nothing(pages: Pages) -> None:
    with pages.browser() as browser:
        pages.sign_in(browser, "max")
        token = pages.program_token()
        forged = httpx.post(f"{pages.url}/sign-in/back-channel-logout", data={"logout_token": token})
        empty = httpx.post(f"{pages.url}/sign-in/back-channel-logout", data={})
        page = browser.get("/account")

    assert (forged.status_code, empty.status_code, page.status_code) == (400, 400, 200)


def test_signing_out_ends_the_session_at_keycloak_too(pages: Pages) -> None:
    with pages.browser() as browser:
        pages.sign_in(browser, "vera")
        page = browser.get("/account")
        csrf = page.text.split('name="csrf-token" content="')[1].split('"')[0]
        out = browser.post("/sign-out", data={"csrf_token": csrf})
        at_keycloak = browser.get(out.headers["refresh"].partition("url=")[2])
        again = browser.get(browser.get("/sign-in").headers["location"])

    assert out.status_code == 200
    assert at_keycloak.headers["location"] == f"{pages.url}/login"
    # Keycloak asks for the password again.
    assert "kc-form-login" in again.text
    with pages.engine.connect() as connection:
        mine = select(session).join(account).where(account.c.username == "vera")
        assert connection.execute(mine).all() == []


def test_a_rotated_signing_key_is_followed_at_once(pages: Pages) -> None:
    before = pages.program_token()
    component = {
        "name": "rotated",
        "providerId": "rsa-generated",
        "providerType": "org.keycloak.keys.KeyProvider",
        "config": {"priority": ["200"], "keySize": ["2048"], "algorithm": ["RS256"]},
    }
    with administrator(pages.keycloak.url) as admin:
        admin.create_component(component)

    after = pages.program_token()
    answers = [httpx.get(f"{pages.url}/api/v1/me", headers={"Authorization": f"Bearer {each}"}) for each in (before, after)]

    assert before.split(".")[0] != after.split(".")[0]
    assert [answer.status_code for answer in answers] == [200, 200]


def _until(ask, status: int) -> httpx.Response:
    """Keycloak tells its clients a moment later."""
    deadline = time.monotonic() + 40
    answer = ask()
    while answer.status_code != status and time.monotonic() < deadline:
        time.sleep(0.1)
        answer = ask()
    return answer
