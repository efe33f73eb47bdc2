"""What changes name is called in the reader's language: systems, fields, codes; the codes stand beside it."""

from collections.abc import Callable, Mapping

from api.i18n import Language
from services.changes import ChangeItem
from services.changes.migrations import FIELD as DEFINITION
from services.changes.migrations import SYSTEM as INSTANCES
from services.directories import EntryKind

# The records of a CRM, connected or our own, whatever it is called here.
CRM_RECORDS = ("customer:", "deal:")


def field_names(language: Language) -> Callable[[ChangeItem], str]:
    """An item's field by name; empty for one that has none but its code, as a process's variable."""
    by_system, of_crm = _by_system(language), crm_fields(language)

    def name(item: ChangeItem) -> str:
        if item.system == INSTANCES:
            return language.gettext("Version of the process") if item.field.split(" ")[0] == DEFINITION else ""
        if item.system in by_system:
            return by_system[item.system].get(item.field, "")
        return of_crm.get(item.field, "") if item.record.startswith(CRM_RECORDS) else ""

    return name


def system_names(language: Language) -> Mapping[str, str]:
    """The systems of the house; one that an installation connects is called as its people called it."""
    _ = language.gettext
    return {
        "crm": _("Customers and deals"),
        "directories": _("Directories"),
        "tickets": _("Tickets"),
        "variables": _("Process variables"),
        INSTANCES: _("Process instances"),
    }


def inner_field_names(language: Language, item: ChangeItem) -> Mapping[str, str]:
    """The fields of the object that an item holds."""
    if item.system == "directories":
        return {**directory_fields(language), "kind": language.gettext("Kind")}
    return crm_fields(language) if item.record.startswith(CRM_RECORDS) else {}


def entry_kinds(language: Language) -> Mapping[str, str]:
    _ = language.gettext
    return {EntryKind.TRACK: _("Track"), EntryKind.CLIENT: _("Client"), EntryKind.PROJECT: _("Project")}


def priority_names(language: Language) -> Mapping[str, str]:
    _ = language.gettext
    return {"critical": _("Critical"), "high": _("High"), "normal": _("Normal"), "low": _("Low")}


def crm_fields(language: Language) -> Mapping[str, str]:
    _ = language.gettext
    return {
        "name": _("Name"),
        "email": _("E-mail"),
        "phone": _("Phone"),
        "title": _("Deal"),
        "amount": _("Amount"),
        "stage": _("Stage"),
    }


def directory_fields(language: Language) -> Mapping[str, str]:
    _ = language.gettext
    return {
        "entry": _("New entry"),
        "name": _("Name"),
        "parent_id": _("Belongs to"),
        "owner": _("Owner"),
        "aliases": _("Aliases"),
        "context": _("Context for people and assistants"),
        "merged_into": _("Merged into"),
    }


def _by_system(language: Language) -> Mapping[str, Mapping[str, str]]:
    _ = language.gettext
    tickets = {
        "subject": _("Subject"),
        "customer_name": _("Customer's name"),
        "customer_email": _("Customer's e-mail"),
        "category": _("Category"),
        "priority": _("Priority"),
        "team": _("Team"),
    }
    return {"tickets": tickets, "directories": directory_fields(language), "variables": {}}
