"""What roles are called and what they may do, in the reader's language."""

from collections.abc import Mapping

from api.i18n import Language
from services.identity import Role


def role_names(language: Language) -> Mapping[Role, tuple[str, str]]:
    """Name, and a line of what it is for."""
    _ = language.gettext
    return {
        Role.STAFF: (_("Staff"), _("decides user tasks")),
        Role.DESIGNER: (_("Designer"), _("draws and deploys processes and decisions")),
        Role.MANAGER: (_("Manager"), _("reads heat maps, numbers and instances")),
        Role.OPERATOR: (_("Operator"), _("retries, cancels and edits what is stuck")),
        Role.ADMIN: (_("Administrator"), _("may do everything, accounts too")),
        Role.DEVELOPER: (_("Developer"), _("reads what runs, evaluates decisions, publishes messages")),
        Role.AUDITOR: (_("Auditor"), _("reads everything that runs, changes nothing")),
        Role.WORKER: (_("Program"), _("starts instances, publishes messages, hands in tickets")),
    }
