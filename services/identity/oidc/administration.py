"""Accounts at Keycloak itself: created by an invitation, changed, closed.

We come as a client with a service account that may manage users of its realm and nothing else; no administrator's password is
kept anywhere.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import requests
from keycloak import KeycloakAdmin, KeycloakOpenIDConnection
from keycloak.exceptions import KeycloakError, KeycloakGetError, KeycloakPostError, KeycloakPutError

from services.identity import account_rows
from services.identity.account import DEFAULT_TENANT, Account, AccountDraft, Role, Vouched
from services.identity.errors import InvalidAccount, ProviderUnavailable, UsernameTaken
from services.identity.oidc.claims import TENANTS, account_id_of

INVITATION_SECONDS = 3 * 24 * 3600
MAX_EMAIL_CHARS = 254
CONFLICT, NOT_FOUND = 409, 404


@dataclass(frozen=True)
class KeycloakAdministration:
    """One realm, by its issuer. `web_client` and `farewell` are where an invitation leads to in the end."""

    issuer: str
    client_id: str
    client_secret: str
    web_client: str
    farewell: str
    # The realm's address for us; empty: the issuer's.
    reached_at: str = ""
    timeout_seconds: int = 10

    def invite(self, draft: AccountDraft) -> Vouched:
        checked = account_rows.checked(draft)
        email = draft.email.strip()
        if "@" not in email or len(email) > MAX_EMAIL_CHARS or not email.isprintable() or " " in email:
            raise InvalidAccount("an e-mail address is needed: the invitation goes there")
        tenant_id = checked.tenant_id or DEFAULT_TENANT
        with self._admin(checked.username) as admin:
            subject = admin.create_user(_user(checked, email), exist_ok=False)
            try:
                _set_roles(admin, subject, checked.roles)
                _set_groups(admin, subject, tenant_id, checked.groups)
                self._write_to(admin, subject, _actions(checked.roles))
            except (KeycloakError, requests.RequestException):
                # Nobody is told of this account, so it must not stay behind.
                admin.delete_user(subject)
                raise
        return Vouched(
            account_id_of(self.issuer, subject),
            self.issuer,
            subject,
            checked.username,
            checked.display_name,
            checked.roles,
            checked.groups,
            tenant_id,
        )

    def invite_again(self, subject: str) -> None:
        with self._admin() as admin:
            self._write_to(admin, subject, ["UPDATE_PASSWORD"])
            admin.user_logout(subject)

    def change(self, subject: str, before: Account, draft: AccountDraft) -> None:
        checked = account_rows.checked(draft)
        if checked.username != before.username:
            raise InvalidAccount("the username is the identity provider's and cannot be changed here")
        with self._admin() as admin:
            first, last = _names(checked)
            admin.update_user(subject, {"enabled": checked.is_active, "firstName": first, "lastName": last})
            _set_roles(admin, subject, checked.roles)
            _set_groups(admin, subject, before.tenant_id, checked.groups)
            if not checked.is_active:
                admin.user_logout(subject)

    def sessions(self, subject: str) -> frozenset[str]:
        with self._admin() as admin:
            try:
                return frozenset(str(each["id"]) for each in admin.get_sessions(subject))
            except KeycloakGetError as error:
                if error.response_code != NOT_FOUND:
                    raise
                return frozenset()

    def _write_to(self, admin: KeycloakAdmin, subject: str, actions: list[str]) -> None:
        admin.send_update_account(
            subject, actions, client_id=self.web_client, lifespan=INVITATION_SECONDS, redirect_uri=self.farewell
        )

    @contextmanager
    def _admin(self, username: str = "") -> Iterator[KeycloakAdmin]:
        server, _, realm = (self.reached_at or self.issuer).rpartition("/realms/")
        connection = KeycloakOpenIDConnection(
            server_url=f"{server}/",
            realm_name=realm,
            client_id=self.client_id,
            client_secret_key=self.client_secret,
            timeout=self.timeout_seconds,
            verify=urlsplit(server).scheme == "https",
        )
        try:
            yield KeycloakAdmin(connection=connection)
        except (KeycloakPostError, KeycloakPutError) as error:
            if username and error.response_code == CONFLICT:
                raise UsernameTaken(username) from error
            raise ProviderUnavailable(
                "Keycloak could not do this: is its mail server set, does it run, and does our client there know /login?"
            ) from error
        except (KeycloakError, requests.RequestException) as error:
            raise ProviderUnavailable(f"Keycloak could not do this ({type(error).__name__})") from error
        finally:
            _close(connection)


def _close(connection: KeycloakOpenIDConnection) -> None:
    """The library leaves its sockets open until they are collected."""
    for holder in (connection, connection.keycloak_openid.connection if connection.keycloak_openid else None):
        sockets = getattr(holder, "_s", None)
        if sockets is not None:
            sockets.close()


def _user(draft: AccountDraft, email: str) -> dict[str, Any]:
    first, last = _names(draft)
    return {
        "username": draft.username,
        "email": email,
        "firstName": first,
        "lastName": last,
        "enabled": draft.is_active,
        "requiredActions": _actions(draft.roles),
    }


def _names(draft: AccountDraft) -> tuple[str, str]:
    """Keycloak wants both names of everybody."""
    first, _, last = draft.display_name.strip().partition(" ")
    return first or draft.username, last.strip() or first or draft.username


def _actions(roles: frozenset[Role]) -> list[str]:
    return ["UPDATE_PASSWORD", "VERIFY_EMAIL", *(["CONFIGURE_TOTP"] if Role.ADMIN in roles else [])]


def _set_roles(admin: KeycloakAdmin, subject: str, roles: frozenset[Role]) -> None:
    known = {role.value for role in Role}
    has = [each for each in admin.get_realm_roles_of_user(subject) if each["name"] in known]
    wanted = {role.value for role in roles}
    if surplus := [each for each in has if each["name"] not in wanted]:
        admin.delete_realm_roles_of_user(subject, surplus)
    if missing := [admin.get_realm_role(name) for name in sorted(wanted - {each["name"] for each in has})]:
        admin.assign_realm_roles(subject, missing)


def _set_groups(admin: KeycloakAdmin, subject: str, tenant_id: str, groups: frozenset[str]) -> None:
    """Groups of a tenant lie below it, so that two tenants may use the same words."""
    root = "" if tenant_id == DEFAULT_TENANT else f"/{TENANTS}/{tenant_id}"
    wanted = {f"{root}/{group}" for group in groups} or ({root} if root else set())
    has = {each["path"]: each["id"] for each in admin.get_user_groups(subject)}
    for path in sorted(set(has) - wanted):
        admin.group_user_remove(subject, has[path])
    for path in sorted(wanted - set(has)):
        admin.group_user_add(subject, _group(admin, path))


def _group(admin: KeycloakAdmin, path: str) -> str:
    """The id of a group, made with all above it where it is missing."""
    parent: str | None = None
    so_far, found = "", ""
    for name in path.strip("/").split("/"):
        so_far += f"/{name}"
        try:
            found = admin.get_group_by_path(quote(so_far))["id"]
        except KeycloakGetError as error:
            if error.response_code != NOT_FOUND:
                raise
            found = admin.create_group({"name": name}, parent=parent) or ""
        parent = found
    return found
