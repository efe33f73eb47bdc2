"""What background tasks are called, in the reader's language; one that is not here is called by its code."""

from collections.abc import Mapping

from api.i18n import Language


def task_names(language: Language) -> Mapping[str, str]:
    _ = language.gettext
    return {
        "audit.verify": _("Verify the audit log"),
        "background.forget_done": _("Forget tasks that are done"),
        "backup.make": _("Make a backup"),
        "backup.rehearse": _("Rehearse restoring a backup"),
        "changes.announce": _("Tell processes of new changes"),
        "classifier.learn": _("Train a classifier"),
        "classifier.learn_if_due": _("Train the classifier when due"),
        "crm.sync": _("Read connected CRMs"),
        "crm.sync_one": _("Read one connected CRM"),
        "database.partitions": _("Make tables for coming months"),
        "finance.announce": _("Tell processes of month closes"),
        "knowledge.read": _("Read a document"),
        "knowledge.read_due": _("Read documents that wait"),
        "mail.read_mailbox": _("Read the mailbox"),
        "mail.send": _("Send mails"),
        "mail.tell_processes": _("Tell processes of mails"),
        "notifications.send": _("Send notifications"),
        "notifications.telegram": _("Hear what Telegram says"),
        "notifications.tidy": _("Forget old notifications"),
        "notifications.watch": _("Look for what to notify of"),
        "portal.forget_ended": _("Forget ended portal sessions"),
        "records.forget": _("Forget old records of the engine"),
        "related.fill": _("Find related tickets"),
        "related.settle_merges": _("Finish merging tickets"),
        "reports.ask_due": _("Ask for scheduled reports"),
        "reports.make": _("Make a report"),
        "reports.make_due": _("Make reports that wait"),
        "sessions.end_silent": _("End sessions that ended at Keycloak"),
        "sessions.forget": _("Forget ended sessions"),
        "sla.announce": _("Tell processes of SLA deadlines"),
        "sla.end_abandoned": _("End clocks of ended instances"),
        "tenants.welcome": _("Give new tenants the shipped models"),
        "tickets.announce": _("Tell processes of new tickets"),
    }
