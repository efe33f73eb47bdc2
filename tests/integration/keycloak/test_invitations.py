"""An invitation from its mail to the first sign-in: a real Keycloak writes it to a real mail server."""

import html
import re
from collections.abc import Iterator

import httpx
import pytest

from services.identity import AccountDraft, Role
from services.identity.oidc.administration import KeycloakAdministration
from tests.integration.keycloak.conftest import Pages
from tests.keycloak_server import ADMINISTRATION_SECRET, administrator
from tests.notification_rig import MailBox, mail_box

pytestmark = pytest.mark.timeout(240)
LINK = re.compile(r"https?://\S+/login-actions/action-token\S+")
ACTION = re.compile(r'<form[^>]*action="([^"]+)"')
ONWARD = re.compile(r'href="([^"]*/login-actions/[^"]+)"')


@pytest.fixture
def mails(pages: Pages) -> Iterator[MailBox]:
    """Keycloak's mail server, as an administrator sets it."""
    with mail_box() as box, administrator(pages.keycloak.url) as admin:
        sender = {"host": "127.0.0.1", "port": str(box.port), "from": "penstock@example.com"}
        admin.update_realm("penstock", {"smtpServer": sender})
        yield box


@pytest.fixture
def administration(pages: Pages) -> KeycloakAdministration:
    client = "penstock-administration"
    return KeycloakAdministration(pages.keycloak.issuer, client, ADMINISTRATION_SECRET, "penstock-web", f"{pages.url}/login")


def test_somebody_invited_by_mail_chooses_a_password_and_is_in(
    pages: Pages, mails: MailBox, administration: KeycloakAdministration
) -> None:
    roles, groups = frozenset({Role.STAFF}), frozenset({"first-line"})
    administration.invite(AccountDraft("nina", "Nina Petrova", roles, groups=groups, email="nina@example.com"))

    with pages.browser() as browser:
        follow(browser, link_of(mails))
        page = sign_in(pages, browser, "nina", "a password of her own 1")
        account = browser.get("/account")

    assert mails.recipients == ["nina@example.com"]
    assert page.status_code == 303
    assert "Nina Petrova" in account.text
    assert "first-line" in account.text


def test_an_invitation_that_cannot_be_sent_leaves_no_account_behind(
    pages: Pages, mails: MailBox, administration: KeycloakAdministration
) -> None:
    mails.answer = lambda _recipient: "550 5.1.1 nobody of this name"

    with pytest.raises(Exception, match="mail server"):
        administration.invite(AccountDraft("oleg", "Oleg", frozenset({Role.STAFF}), email="oleg@example.com"))

    with administrator(pages.keycloak.url) as admin:
        assert admin.get_user_id("oleg") is None


def link_of(mails: MailBox) -> str:
    (mail,) = mails.mails
    body = mail.get_body(("plain",))
    assert body is not None
    found = LINK.search(body.get_content())
    assert found is not None, body.get_content()
    return found[0]


def follow(browser: httpx.Client, link: str) -> None:
    """The mail's link, the page that says what is to be done, and the form for the password."""
    shown = browser.get(link, follow_redirects=True)
    onward = ONWARD.search(shown.text)
    assert onward is not None, shown.text[:2000]
    form = browser.get(html.unescape(onward[1]), follow_redirects=True)
    action = ACTION.search(form.text)
    assert action is not None, form.text[:2000]
    chosen = {"password-new": "a password of her own 1", "password-confirm": "a password of her own 1"}
    done = browser.post(html.unescape(action[1]), data=chosen, follow_redirects=True)
    assert done.status_code == 200, done.text[:2000]


def sign_in(pages: Pages, browser: httpx.Client, username: str, password: str) -> httpx.Response:
    leaving = browser.get("/sign-in", params={"next": "/account"})
    shown = browser.get(leaving.headers["location"])
    action = ACTION.search(shown.text)
    if action is None:
        # Keycloak knows who this is: the password was chosen a moment ago.
        return browser.get(shown.headers["location"])
    answer = browser.post(html.unescape(action[1]), data={"username": username, "password": password, "credentialId": ""})
    return browser.get(answer.headers["location"])
