"""Who is at the door, and what may they do: accounts, roles, sessions, API tokens.

`Identities` is the port that pages and REST know. `services.identity.local.LocalIdentities` keeps accounts in our own tables;
an identity provider outside (Keycloak) is another adapter of the same port.
"""

from services.identity.account import DEFAULT_TENANT, Account, AccountDraft, ApiToken, Arrival, Leaving, Role, Session
from services.identity.errors import (
    AccountNotFound,
    IdentityError,
    InvalidAccount,
    LastAdministrator,
    ProviderUnavailable,
    SignInRefused,
    TokenRefused,
    TooManyAttempts,
    UsernameTaken,
    WeakPassword,
)
from services.identity.ports import Administration, Identities, SignInElsewhere

__all__ = [
    "DEFAULT_TENANT",
    "Account",
    "AccountDraft",
    "AccountNotFound",
    "Administration",
    "ApiToken",
    "Arrival",
    "Identities",
    "IdentityError",
    "InvalidAccount",
    "LastAdministrator",
    "Leaving",
    "ProviderUnavailable",
    "Role",
    "Session",
    "SignInElsewhere",
    "SignInRefused",
    "TokenRefused",
    "TooManyAttempts",
    "UsernameTaken",
    "WeakPassword",
]
