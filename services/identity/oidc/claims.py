"""An account as an access token describes it.

Realm roles with our names are our roles; others are none of ours. The group `/tenants/acme` makes its members accounts of the
tenant `acme`; every other group is a candidate group of user tasks, named by its path without the first slash, or, below a
tenant, by what follows the tenant: `/tenants/acme/support` is `support` at `acme`.
"""

import uuid
from collections.abc import Mapping
from typing import Any

from services.identity.account import DEFAULT_TENANT, Role, Vouched
from services.identity.account_rows import GROUP, MAX_NAME_CHARS, TENANT, USERNAME, normalise_username
from services.identity.errors import AccountRefused

TENANTS = "tenants"
MAX_GROUPS = 500
MAX_SUBJECT_CHARS = 255


def account_id_of(issuer: str, subject: str) -> str:
    """The same account whichever of our processes sees it first."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"{issuer}#{subject}").hex


def vouched(claims: Mapping[str, Any]) -> Vouched:
    """Read checked claims.

    Raises:
        AccountRefused: there is no role for us, more than one tenant, or a username that cannot be one.
    """
    issuer, subject = str(claims["iss"]), str(claims["sub"])[:MAX_SUBJECT_CHARS]
    username = normalise_username(_text(claims, "preferred_username"))
    if not USERNAME.fullmatch(username):
        raise AccountRefused("the identity provider gives no username that fits: 1 to 64 letters a-z, digits or . _ @ + -")
    roles = _roles(claims)
    if not roles:
        names = ", ".join(Role)
        raise AccountRefused(f"{username} has no role here: give the account one of the realm roles {names}")
    tenant_id, groups = _tenant_and_groups(claims, username)
    name = _text(claims, "name")
    shown = name if name.isprintable() and 0 < len(name) <= MAX_NAME_CHARS else username
    return Vouched(
        account_id_of(issuer, subject), issuer, subject, username, shown, roles, groups, tenant_id, _text(claims, "sid")
    )


def _roles(claims: Mapping[str, Any]) -> frozenset[Role]:
    access = claims.get("realm_access")
    listed = access.get("roles") if isinstance(access, Mapping) else None
    known = {role.value for role in Role}
    return frozenset(Role(each) for each in _texts(listed) if each in known)


def _tenant_and_groups(claims: Mapping[str, Any], username: str) -> tuple[str, frozenset[str]]:
    tenants, groups = set(), set()
    for path in _texts(claims.get("groups"))[:MAX_GROUPS]:
        top, _, rest = path.strip("/").partition("/")
        if top == TENANTS and rest:
            tenant, _, below = rest.partition("/")
            tenants.add(tenant)
            groups.add(below)
        elif top != TENANTS:
            groups.add(path.strip("/"))
    if len(tenants) > 1:
        raise AccountRefused(f"{username} belongs to several tenants: leave the account in one group below /{TENANTS}")
    tenant_id = next(iter(tenants), DEFAULT_TENANT)
    if tenant_id != DEFAULT_TENANT and not TENANT.fullmatch(tenant_id):
        raise AccountRefused(f"the tenant of {username} has no name that fits: 1 to 31 letters, digits or . _ -")
    return tenant_id, frozenset(group for group in groups if GROUP.fullmatch(group))


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    return value.strip() if isinstance(value, str) else ""


def _texts(values: object) -> list[str]:
    return [each for each in values if isinstance(each, str)] if isinstance(values, list) else []
