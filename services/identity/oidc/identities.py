"""The port of identities where an identity provider keeps the accounts.

Sessions, API tokens and what pages remember of an account stay in our tables (`local`); who may sign in, under which name and
with which roles, groups and tenant, is the provider's word. Local passwords are refused unless the installation keeps them for
the day when the provider is away.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import delete

from services.identity import local_sessions
from services.identity.account import Account, AccountDraft, ApiToken, Arrival, Leaving, Session
from services.identity.errors import AccountRefused, SignInRefused, TokenRefused
from services.identity.local import LocalIdentities
from services.identity.oidc import doubted, pending
from services.identity.oidc.accounts import remember
from services.identity.oidc.claims import account_id_of, vouched
from services.identity.oidc.provider import Provider
from services.identity.oidc.tokens import TokenChecks
from services.identity.ports import Administration
from services.identity.secrets_kept import TOKEN_PREFIX
from services.identity.tables import session

SCOPE = "openid"


@dataclass(frozen=True)
class ProvidedIdentities:
    """Accounts of one realm. `callback` and `farewell` are addresses of our pages that the provider knows."""

    local: LocalIdentities
    provider: Provider
    checks: TokenChecks
    administration: Administration
    callback: str
    farewell: str
    client_secret: str = ""
    keeps_local_passwords: bool = False

    def leave(self, goal: str) -> tuple[str, Leaving]:
        door = self.provider.door("authorization_endpoint")
        leaving = pending.leave(self.local.engine, goal, self._now_ms())
        question = {
            "client_id": self.checks.web_client,
            "response_type": "code",
            "redirect_uri": self.callback,
            "scope": SCOPE,
            "state": leaving.state,
            "nonce": pending.nonce_of(leaving.secret),
            "code_challenge": pending.challenge_of(leaving.secret),
            "code_challenge_method": "S256",
        }
        return f"{door}?{urlencode(question)}", leaving

    def arrive(self, *, state: str, secret: str, code: str, issuer: str, address: str) -> Arrival:
        goal = pending.come_back(self.local.engine, state, secret, self._now_ms())
        if goal is None:
            raise SignInRefused("this sign-in did not begin in this browser, or was finished before: begin again")
        if issuer and issuer != self.checks.issuer:
            raise SignInRefused("another identity provider answered")
        given = self._tokens(code, secret)
        hint = str(given.get("id_token", ""))
        who = vouched(self.checks.access_token(str(given.get("access_token", ""))))
        answered = self.checks.id_token(hint, pending.nonce_of(secret))
        if answered["sub"] != who.subject:
            raise TokenRefused("the two tokens name different accounts")
        owner = remember(self.local.engine, who, self._now_ms())
        now = self.local.clock()
        with self.local.engine.begin() as connection:
            opened = local_sessions.open_session(
                connection, owner, address, now, now + self.local.session_lifetime, who.session
            )
        return Arrival(opened, goal, hint)

    def _tokens(self, code: str, secret: str) -> Mapping[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.callback,
            "client_id": self.checks.web_client,
            "code_verifier": pending.verifier_of(secret),
        }
        return self.provider.tokens_for(form | ({"client_secret": self.client_secret} if self.client_secret else {}))

    def way_out(self, hint: str) -> str:
        question = {"client_id": self.checks.web_client, "post_logout_redirect_uri": self.farewell}
        return f"{self.provider.door('end_session_endpoint')}?{urlencode(question | ({'id_token_hint': hint} if hint else {}))}"

    def ended_elsewhere(self, logout_token: str) -> int:
        claims = self.checks.logout_token(logout_token)
        columns, told_of = session.c, str(claims.get("sid") or "")
        owner = account_id_of(self.checks.issuer, str(claims["sub"])) if claims.get("sub") else ""
        if told_of:
            ended = columns.provider_session == told_of
        else:
            # Told again later, the same word must not end a session that began after it.
            before = columns.created_at <= round(float(claims["iat"]) * 1000) + 999
            ended = (columns.account_id == owner) & columns.provider_session.is_not(None) & before
        with self.local.engine.begin() as connection:
            if told_of and owner:
                doubted.doubt_others(connection, owner, told_of, self._now_ms())
            return connection.execute(delete(session).where(ended)).rowcount

    def end_silent(self) -> int:
        """End the sessions that ended at the provider without a word; returns how many.

        Raises:
            ProviderUnavailable: it did not answer.
        """
        return doubted.end_silent(self.local.engine, self.administration, self._now_ms())

    def sign_in(self, username: str, password: str, address: str) -> Session:
        if not self.keeps_local_passwords:
            raise SignInRefused("passwords are the identity provider's here")
        return self.local.sign_in(username, password, address)

    def session(self, session_id: str) -> Session | None:
        return self.local.session(session_id)

    def sign_out(self, session_id: str) -> None:
        self.local.sign_out(session_id)

    def account_of_token(self, token: str) -> Account | None:
        """One of our own API tokens, or an access token of the provider."""
        if token.startswith(TOKEN_PREFIX):
            return self.local.account_of_token(token)
        try:
            return remember(self.local.engine, vouched(self.checks.access_token(token)), self._now_ms())
        except (TokenRefused, AccountRefused):
            return None

    def accounts(self) -> Sequence[Account]:
        return self.local.accounts()

    def account(self, account_id: str) -> Account:
        return self.local.account(account_id)

    def create_account(self, draft: AccountDraft, password: str | None = None) -> tuple[Account, str]:
        """Invited by mail, so that there is no password to show."""
        if password is not None:
            return self.local.create_account(draft, password)
        who = self.administration.invite(draft)
        return remember(self.local.engine, who, self._now_ms()), ""

    def change_account(self, account_id: str, draft: AccountDraft) -> Account:
        before = self.local.account(account_id)
        if before.issuer is not None:
            self.administration.change(self.local.subject_of(account_id), before, draft)
        return self.local.change_account(account_id, draft)

    def reset_password(self, account_id: str, *, must_change: bool = True) -> str:
        """Another invitation by mail; an account of our own gets a random password."""
        if self.local.account(account_id).issuer is None:
            return self.local.reset_password(account_id, must_change=must_change)
        self.administration.invite_again(self.local.subject_of(account_id))
        self.local.end_sessions(account_id)
        return ""

    def change_password(self, account_id: str, old: str, new: str, address: str) -> None:
        self.local.change_password(account_id, old, new, address)

    def choose_language(self, account_id: str, language: str | None) -> None:
        self.local.choose_language(account_id, language)

    def tokens(self, account_id: str) -> Sequence[ApiToken]:
        return self.local.tokens(account_id)

    def create_token(self, account_id: str, name: str, lifetime: timedelta | None = None) -> tuple[ApiToken, str]:
        return self.local.create_token(account_id, name, lifetime)

    def revoke_token(self, account_id: str, token_id: str) -> None:
        self.local.revoke_token(account_id, token_id)

    def _now_ms(self) -> int:
        return _ms(self.local.clock())


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
