"""The table of who may do what, written for people: `python -m api.reference > docs/reference/permissions.md`."""

import re
import sys
from collections.abc import Iterable

from api.app import all_routes
from api.permissions import Rule, rule_for_route
from services.identity import Role

HEADING = """# Who may do what

Written by `python -m api.reference` from `api/permissions.py`; a test keeps it current. An administrator may do everything,
so that column is left out. Strangers reach the routes marked “everybody, signed in or not”; what is not listed answers nobody.

Everything belongs to one tenant, and so does every account. Every room serves every tenant; lists and numbers are of the own
one only, and the last column says what a key of another tenant finds, whatever the role. `tests/unit/api/test_tenants.py` walks
all routes so, in each role, with real keys of things that another tenant has. [tenants.md](tenants.md) says what has none.

User tasks have a second rule: managers and operators see all of them, others those that are theirs, that name them or one of
their groups as a candidate, or that name no candidate.

"""
# In a path these name one thing of one tenant. A process's id is a word: two tenants may use it, each for its own.
TENANT_KEYS = frozenset(
    {
        *("key", "account_id", "token_id", "document_id", "draft_id", "set_id", "item_id", "ticket_id", "entry_id"),
        *("import_id", "note_id", "posting_id", "version_id", "run_id", "schedule_id", "subject_id", "task_id"),
        *("address_id", "delivery_id", "notification_id"),
    }
)
# Here words or numbers name one thing of one tenant, too.
TENANT_PLACES = ("/connections/{name}/", "/classifier/versions/{number")
# Removing what is not there, or deciding about nothing, changes nothing and says nothing.
SILENT = frozenset(
    {
        ("DELETE", "/api/v1/drafts/{draft_id}"),
        ("POST", "/editor/drafts/{draft_id}/remove"),
        ("POST", "/changes/{set_id}/decide"),
        ("DELETE", "/api/v1/me/tokens/{token_id}"),
        ("POST", "/account/tokens/{token_id}/revoke"),
    }
)
PARAMETER = re.compile(r"{(\w+)")
ROLES = tuple(role for role in Role if role is not Role.ADMIN)


def permissions_page() -> str:
    """The page in Markdown, pages before REST."""
    routes = sorted(all_routes(), key=lambda route: (route[1].startswith("/api/"), route[1], route[0]))
    columns = f"| Route | {' | '.join(ROLES)} | another tenant's key |\n|{'---|' * (len(ROLES) + 2)}\n"
    return HEADING + columns + "\n".join(_rows(routes)) + "\n"


def _rows(routes: Iterable[tuple[str, str]]) -> Iterable[str]:
    for method, path in routes:
        rule = rule_for_route(method, path)
        if method != "HEAD" and rule is not None:
            yield f"| `{method} {path}` | {' | '.join(_cells(rule))} | {_foreign(method, path)} |"


def _foreign(method: str, path: str) -> str:
    """What a key of another tenant finds."""
    if (method, path) in SILENT:
        return "nothing happens"
    return "404" if is_of_a_tenant(path) else ""


def is_of_a_tenant(path: str) -> bool:
    """Whether an address names a thing that only its own tenant has."""
    return bool(TENANT_KEYS.intersection(PARAMETER.findall(path))) or path.startswith(TENANT_PLACES)


def _cells(rule: Rule) -> list[str]:
    if rule.roles is None:
        return ["everybody, signed in or not", *[""] * (len(ROLES) - 1)]
    return ["yes" if role in rule.roles else "" for role in ROLES]


if __name__ == "__main__":
    sys.stdout.write(permissions_page())
