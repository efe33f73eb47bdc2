"""Who is at the door, and what may they do: accounts, roles, sessions, API tokens.

`Identities` is the port that pages and REST know. `services.identity.local.LocalIdentities` keeps accounts in our own tables;
an identity provider outside (Keycloak) is another adapter of the same port.
"""

from services.identity.account import Account, AccountDraft, ApiToken, Role, Session
from services.identity.errors import (
    AccountNotFound,
    IdentityError,
    InvalidAccount,
    LastAdministrator,
    SignInRefused,
    TooManyAttempts,
    UsernameTaken,
    WeakPassword,
)
from services.identity.ports import Identities

__all__ = [
    "Account",
    "AccountDraft",
    "AccountNotFound",
    "ApiToken",
    "Identities",
    "IdentityError",
    "InvalidAccount",
    "LastAdministrator",
    "Role",
    "Session",
    "SignInRefused",
    "TooManyAttempts",
    "UsernameTaken",
    "WeakPassword",
]
