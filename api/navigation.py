"""The main navigation: which pages there are; `api.permissions` says whom they are for."""

from dataclasses import dataclass

from api.i18n import Language
from api.permissions import rule_for
from api.principal import Principal

# Below their addresses lie pages with links of their own.
PARENTS = frozenset({"/", "/finance"})


@dataclass(frozen=True, slots=True)
class Link:
    href: str
    label: str
    icon: str
    # The key that opens the page.
    key: str = ""
    current: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    label: str
    links: tuple[Link, ...]


def navigation(principal: Principal | None, language: Language, path: str) -> list[Group]:
    """The groups of links this account may open."""
    _ = language.gettext
    groups = (
        Group(
            "",
            (
                Link("/", _("Start"), "home"),
                Link("/inbox", _("Inbox"), "inbox", "1"),
                Link("/sla", _("SLA clocks"), "clock"),
                Link("/tickets", _("Tickets"), "ticket"),
                Link("/notifications", _("Notifications"), "bell"),
                Link("/changes", _("Changes"), "changes", "6"),
                Link("/directories", _("Directories"), "directory"),
                Link("/crm", _("Customers and deals"), "accounts"),
            ),
        ),
        Group(
            _("Operations"),
            (
                Link("/instances", _("Instances"), "instances", "2"),
                Link("/incidents", _("Incidents"), "incident", "3"),
                Link("/connections", _("Connections"), "link"),
                Link("/background", _("Background work"), "clock"),
            ),
        ),
        Group(
            _("Processes"),
            (
                Link("/processes", _("Processes"), "process", "4"),
                Link("/heat-map", _("Heat map"), "heat", "5"),
                Link("/reports", _("Reports"), "report"),
                Link("/editor", _("Editor"), "editor"),
            ),
        ),
        Group(
            _("Finance"),
            (
                Link("/finance", _("Plan and fact"), "heat"),
                Link("/finance/imports", _("Import"), "deploy"),
                Link("/finance/versions", _("Versions"), "history"),
                Link("/finance/rates", _("Exchange rates"), "changes"),
                Link("/finance/close", _("Month close"), "check"),
            ),
        ),
        Group(
            _("Assistant"),
            (
                Link("/knowledge", _("Knowledge"), "book"),
                Link("/assistant", _("Assistant"), "spark"),
                Link("/classifier", _("Classifier"), "decision"),
            ),
        ),
        Group(
            _("Administration"),
            (
                Link("/accounts", _("Accounts"), "accounts"),
                Link("/audit", _("Audit log"), "history"),
                Link("/privacy", _("Privacy"), "lock"),
            ),
        ),
    )
    shown = (Group(group.label, tuple(_open_links(group, principal, path))) for group in groups)
    return [group for group in shown if group.links]


def _open_links(group: Group, principal: Principal | None, path: str) -> list[Link]:
    if principal is None:
        return []
    links = []
    for link in group.links:
        rule = rule_for("GET", link.href)
        if rule is not None and rule.roles is not None and principal.account.has_any(rule.roles):
            current = path == link.href or (link.href not in PARENTS and path.startswith(f"{link.href}/"))
            links.append(Link(link.href, link.label, link.icon, link.key, current))
    return links
