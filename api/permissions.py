"""Who may do what: one table for all pages and all REST routes, read from top to bottom; the first rule that fits decides.

A path nobody wrote a rule for is closed to everybody, and `api.app` refuses to start with a route that has none. In a pattern
`*` stands for one segment and `**` for any rest. An administrator may do everything.
"""

import re
from dataclasses import dataclass
from functools import cache, cached_property

from services.identity import Role

STAFF, DESIGNER, MANAGER, OPERATOR, ADMIN = Role.STAFF, Role.DESIGNER, Role.MANAGER, Role.OPERATOR, Role.ADMIN
DEVELOPER, AUDITOR, WORKER = Role.DEVELOPER, Role.AUDITOR, Role.WORKER
EVERYBODY = frozenset(Role)
# Whoever may start an instance; an auditor changes nothing.
STARTERS = EVERYBODY - {AUDITOR}
WATCHERS = frozenset({DESIGNER, MANAGER, OPERATOR, DEVELOPER, AUDITOR})
EVALUATORS = WATCHERS - {AUDITOR}
PUBLISHERS = frozenset({OPERATOR, DEVELOPER, WORKER})
TASK_PEOPLE = frozenset({STAFF, MANAGER, OPERATOR})
DESIGNERS = frozenset({DESIGNER})
MANAGERS = frozenset({MANAGER})
OPERATORS = frozenset({OPERATOR})
ADMINISTRATORS = frozenset({ADMIN})
KNOWLEDGE_KEEPERS = frozenset({DESIGNER, MANAGER})
READ = frozenset({"GET", "HEAD"})
ANY = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
WRITE = ANY - READ


@dataclass(frozen=True)
class Rule:
    """`roles` None: strangers too."""

    methods: frozenset[str]
    pattern: str
    roles: frozenset[Role] | None

    @cached_property
    def _regex(self) -> re.Pattern[str]:
        parts = re.split(r"(/\*\*|\*)", self.pattern)
        translated = {"/**": r"(?:/.*)?", "*": r"[^/]+"}
        return re.compile("".join(translated.get(part, re.escape(part)) for part in parts))

    def fits(self, method: str, path: str) -> bool:
        return method in self.methods and self._regex.fullmatch(path) is not None


RULES = (
    # Strangers.
    Rule(READ | {"POST"}, "/login", None),
    Rule(READ, "/sign-in", None),
    Rule(READ, "/sign-in/callback", None),
    Rule(frozenset({"POST"}), "/sign-in/back-channel-logout", None),
    Rule(READ, "/health", None),
    Rule(READ, "/ready", None),
    Rule(READ, "/static/**", None),
    Rule(READ, "/favicon.ico", None),
    Rule(frozenset({"POST"}), "/language", None),
    # Customers have sessions of their own: api.pages.portal_access asks for them.
    Rule(READ | {"POST"}, "/portal/**", None),
    # Other systems: the secret in the address and their signature prove them.
    Rule(frozenset({"POST"}), "/api/v1/crm-hooks/*/*", None),
    # Everybody who signed in.
    Rule(READ, "/", EVERYBODY),
    Rule(READ, "/events", EVERYBODY),
    Rule(frozenset({"POST"}), "/sign-out", EVERYBODY),
    Rule(ANY, "/account/**", EVERYBODY),
    Rule(ANY, "/notifications/log/**", OPERATORS),
    Rule(ANY, "/notifications/**", EVERYBODY),
    Rule(frozenset({"POST"}), "/samples", frozenset({STAFF, DESIGNER, MANAGER, OPERATOR})),
    # Pages.
    Rule(ANY, "/accounts/**", ADMINISTRATORS),
    Rule(READ, "/audit/**", ADMINISTRATORS),
    Rule(READ, "/audit.csv", ADMINISTRATORS),
    Rule(ANY, "/privacy/**", ADMINISTRATORS),
    Rule(ANY, "/background/**", OPERATORS),
    Rule(ANY, "/inbox/**", TASK_PEOPLE),
    Rule(ANY, "/tasks/**", TASK_PEOPLE),
    Rule(READ, "/sla/**", TASK_PEOPLE),
    Rule(WRITE, "/sla/calendars/**", MANAGERS),
    Rule(WRITE, "/sla/**", TASK_PEOPLE),
    Rule(ANY, "/changes/variables", OPERATORS),
    Rule(ANY, "/changes/migrations", OPERATORS),
    Rule(ANY, "/tickets/**", TASK_PEOPLE),
    Rule(ANY, "/changes/**", TASK_PEOPLE),
    Rule(ANY, "/directories/**", TASK_PEOPLE),
    Rule(ANY, "/crm/**", TASK_PEOPLE),
    Rule(READ, "/instances/**", WATCHERS),
    Rule(WRITE, "/instances/**", OPERATORS),
    Rule(ANY, "/connections/**", OPERATORS),
    Rule(READ, "/incidents/**", WATCHERS),
    Rule(WRITE, "/incidents/**", OPERATORS),
    Rule(ANY, "/processes/*/start", STARTERS),
    Rule(READ, "/processes/**", EVERYBODY),
    Rule(READ, "/decisions/**", WATCHERS),
    Rule(READ, "/heat-map/**", WATCHERS),
    Rule(ANY, "/editor/**", DESIGNERS),
    Rule(ANY, "/reports/**", MANAGERS),
    # Who of them may enter, check, approve and unlock: api.finance_access.
    Rule(ANY, "/finance/**", TASK_PEOPLE),
    Rule(ANY, "/assistant/tasks/**", TASK_PEOPLE),
    Rule(READ, "/assistant", WATCHERS),
    Rule(READ, "/classifier/**", WATCHERS),
    Rule(WRITE, "/classifier/**", MANAGERS),
    Rule(READ, "/knowledge/**", EVERYBODY),
    Rule(WRITE, "/knowledge/**", KNOWLEDGE_KEEPERS),
    # REST.
    Rule(READ, "/api/v1/openapi.json", EVERYBODY),
    Rule(READ, "/api-docs", EVERYBODY),
    Rule(READ, "/api/v1/me", EVERYBODY),
    Rule(ANY, "/api/v1/me/tokens/**", EVERYBODY),
    Rule(ANY, "/api/v1/accounts/**", ADMINISTRATORS),
    Rule(frozenset({"POST"}), "/api/v1/tickets", TASK_PEOPLE | {WORKER}),
    Rule(ANY, "/api/v1/tickets/**", TASK_PEOPLE),
    Rule(ANY, "/api/v1/sla/**", TASK_PEOPLE),
    Rule(ANY, "/api/v1/changes/**", TASK_PEOPLE),
    Rule(READ, "/api/v1/directories/**", TASK_PEOPLE),
    Rule(READ, "/api/v1/processes/**", EVERYBODY),
    Rule(frozenset({"POST"}), "/api/v1/instances", STARTERS),
    Rule(READ, "/api/v1/instances/**", WATCHERS),
    Rule(WRITE, "/api/v1/instances/**", OPERATORS),
    Rule(READ, "/api/v1/incidents/**", WATCHERS),
    Rule(WRITE, "/api/v1/incidents/**", OPERATORS),
    Rule(ANY, "/api/v1/user-tasks/**", TASK_PEOPLE),
    Rule(frozenset({"POST"}), "/api/v1/messages", PUBLISHERS),
    Rule(READ, "/api/v1/decisions/**", WATCHERS),
    Rule(WRITE, "/api/v1/decisions/**", EVALUATORS),
    Rule(READ, "/api/v1/forms/**", EVERYBODY),
    Rule(READ, "/api/v1/heat-map/**", WATCHERS),
    Rule(READ, "/api/v1/summary", EVERYBODY),
    Rule(READ, "/api/v1/records/**", WATCHERS),
    Rule(READ, "/api/v1/assistant/**", WATCHERS),
    Rule(ANY, "/api/v1/reports/**", MANAGERS),
    Rule(READ, "/api/v1/knowledge/**", EVERYBODY),
    Rule(WRITE, "/api/v1/knowledge/**", KNOWLEDGE_KEEPERS),
    Rule(ANY, "/api/v1/models/**", DESIGNERS),
    Rule(ANY, "/api/v1/drafts/**", DESIGNERS),
    Rule(ANY, "/api/v1/finance/**", TASK_PEOPLE),
    Rule(ANY, "/api/v1/deployments/**", DESIGNERS),
)


@cache
def _of_template(method: str, template: str) -> Rule | None:
    return rule_for(method, re.sub(r"\{[^}]+\}", "0", template))


def rule_for(method: str, path: str) -> Rule | None:
    """The rule that decides about a request, None when nobody may."""
    return next((rule for rule in RULES if rule.fits(method, path)), None)


def rule_for_route(method: str, template: str) -> Rule | None:
    """The rule that decides about a route, given its path with {parameters}."""
    return _of_template(method, template)
