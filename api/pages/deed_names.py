"""What a deed of the audit log was, in the reader's language; its route stands beside it.

A route that changes something and has no name here fails a test.
"""

from collections.abc import Mapping

from api.i18n import Language


def deed_names(language: Language) -> Mapping[str, str]:
    """By what the log keeps: the method and the route."""
    _ = language.gettext
    names = (
        (_("Changed the password"), ("POST /account/password",)),
        (
            _("Made an API token"),
            (
                "POST /account/tokens",
                "POST /api/v1/me/tokens",
            ),
        ),
        (
            _("Revoked an API token"),
            (
                "POST /account/tokens/{token_id}/revoke",
                "DELETE /api/v1/me/tokens/{token_id}",
            ),
        ),
        (_("Signed in"), ("POST /login",)),
        (_("Signed off"), ("POST /sign-out",)),
        (_("Ended a session at the identity provider"), ("POST /sign-in/back-channel-logout",)),
        (
            _("Made an account"),
            (
                "POST /accounts/new",
                "POST /api/v1/accounts",
            ),
        ),
        (
            _("Changed an account"),
            (
                "POST /accounts/{account_id}",
                "PUT /api/v1/accounts/{account_id}",
            ),
        ),
        (
            _("Reset a password"),
            (
                "POST /accounts/{account_id}/password",
                "POST /api/v1/accounts/{account_id}/password",
            ),
        ),
        (_("Judged a suggested reply"), ("POST /assistant/tasks/{key:int}/verdict",)),
        (_("Had a waiting task tried now"), ("POST /background/waiting/{task_id}/now",)),
        (_("Sent all dead letters again"), ("POST /background/dead/requeue-all",)),
        (_("Dropped a dead letter"), ("POST /background/dead/{task_id}/drop",)),
        (_("Sent a dead letter again"), ("POST /background/dead/{task_id}/requeue",)),
        (_("Proposed to move instances"), ("POST /changes/migrations",)),
        (_("Proposed to edit variables"), ("POST /changes/variables",)),
        (_("Proposed a change"), ("POST /api/v1/changes",)),
        (
            _("Decided on a change"),
            (
                "POST /changes/{set_id}/decide",
                "POST /api/v1/changes/{set_id}/decisions",
            ),
        ),
        (
            _("Took a change back"),
            (
                "POST /changes/{set_id}/revert",
                "POST /api/v1/changes/{set_id}/revert",
            ),
        ),
        (
            _("Settled a conflict of a change"),
            (
                "POST /changes/{set_id}/settle",
                "POST /api/v1/changes/items/{item_id}/settlement",
            ),
        ),
        (_("Had the classifier trained"), ("POST /classifier/learn",)),
        (_("Set the classifier's precision"), ("POST /classifier/precision",)),
        (_("Chose the classifier's version"), ("POST /classifier/versions/{number:int}/champion",)),
        (_("Connected a CRM"), ("POST /connections",)),
        (_("Paused a connection"), ("POST /connections/{name}/pause",)),
        (_("Removed a connection"), ("POST /connections/{name}/remove",)),
        (_("Resumed a connection"), ("POST /connections/{name}/resume",)),
        (_("Had a CRM read"), ("POST /connections/{name}/sync",)),
        (_("A CRM told of changes"), ("POST /api/v1/crm-hooks/{connection_id}/{secret}",)),
        (_("Made a customer or a deal"), ("POST /crm/new/{kind}",)),
        (_("Edited a customer or a deal"), ("POST /crm/{name}",)),
        (_("Left a note on a customer or a deal"), ("POST /crm/{name}/notes",)),
        (_("Imported directories"), ("POST /directories/import",)),
        (_("Made a directory entry"), ("POST /directories/new",)),
        (_("Edited a directory entry"), ("POST /directories/{entry_id}",)),
        (_("Merged directory entries"), ("POST /directories/{entry_id}/merge",)),
        (
            _("Deployed models"),
            (
                "POST /editor/deploy",
                "POST /editor/drafts/{draft_id}/import/deploy",
                "POST /api/v1/deployments",
                "POST /api/v1/drafts/{draft_id}/deployment",
            ),
        ),
        (
            _("Removed a draft of a model"),
            (
                "POST /editor/drafts/{draft_id}/remove",
                "DELETE /api/v1/drafts/{draft_id}",
            ),
        ),
        (
            _("Checked a model"),
            (
                "POST /editor/lint",
                "POST /api/v1/models/lint",
            ),
        ),
        (_("Opened a model"), ("POST /editor/open",)),
        (
            _("Saved a draft of a model"),
            (
                "POST /editor/save",
                "POST /api/v1/drafts",
                "PUT /api/v1/drafts/{draft_id}",
            ),
        ),
        (_("Made or changed an article"), ("POST /finance/articles",)),
        (_("Left a note on a cell"), ("POST /finance/cell/note",)),
        (
            _("Booked by hand"),
            (
                "POST /finance/cell/posting",
                "POST /api/v1/finance/postings",
            ),
        ),
        (_("Took a posting out"), ("POST /finance/postings/{posting_id}/remove",)),
        (_("Gave up closing a month"), ("POST /finance/close/{month}/abandon",)),
        (_("Approved a month"), ("POST /finance/close/{month}/approve",)),
        (_("Checked a month"), ("POST /finance/close/{month}/check",)),
        (_("Explained a deviation"), ("POST /finance/close/{month}/explain",)),
        (_("Began to close a month"), ("POST /finance/close/{month}/start",)),
        (_("Asked to unlock a month or agreed"), ("POST /finance/close/{month}/unlock",)),
        (_("Asked to unlock a month"), ("POST /api/v1/finance/months/{month}/unlock-requests",)),
        (_("Unlocked a month"), ("POST /api/v1/finance/months/{month}/unlock",)),
        (
            _("Read a file of postings"),
            (
                "POST /finance/imports",
                "POST /api/v1/finance/imports",
            ),
        ),
        (
            _("Booked an import"),
            (
                "POST /finance/imports/{import_id}/accept",
                "POST /api/v1/finance/imports/{import_id}/accept",
            ),
        ),
        (_("Discarded an import"), ("POST /finance/imports/{import_id}/discard",)),
        (_("Mended a row of an import"), ("POST /finance/imports/{import_id}/mend",)),
        (_("Loaded daily rates"), ("POST /finance/rates/daily",)),
        (_("Entered a rate"), ("POST /finance/rates/manual",)),
        (_("Made a plan or a forecast"), ("POST /finance/versions",)),
        (_("Edited a plan or a forecast"), ("POST /finance/versions/{version_id}",)),
        (_("Froze a plan or a forecast"), ("POST /finance/versions/{version_id}/freeze",)),
        (_("Claimed a task"), ("POST /inbox/{key:int}/claim",)),
        (_("Assigned a task"), ("PUT /api/v1/user-tasks/{key}/assignee",)),
        (
            _("Completed a task"),
            (
                "POST /inbox/{key:int}/complete",
                "POST /api/v1/user-tasks/{key}/completion",
            ),
        ),
        (
            _("Gave a task back"),
            (
                "POST /inbox/{key:int}/unclaim",
                "DELETE /api/v1/user-tasks/{key}/assignee",
            ),
        ),
        (
            _("Retried an incident"),
            (
                "POST /incidents/{key:int}/retry",
                "POST /api/v1/incidents/{key}/resolution",
            ),
        ),
        (_("Retried incidents"), ("POST /api/v1/incidents/resolutions",)),
        (
            _("Cancelled an instance"),
            (
                "POST /instances/{key:int}/cancel",
                "POST /api/v1/instances/{key}/cancellation",
            ),
        ),
        (_("Retried an instance's incidents"), ("POST /instances/{key:int}/retry",)),
        (
            _("Set an instance's variables"),
            (
                "POST /instances/{key:int}/variables",
                "PUT /api/v1/instances/{key}/variables",
            ),
        ),
        (
            _("Started an instance"),
            (
                "POST /processes/{bpmn_process_id}/start",
                "POST /api/v1/instances",
            ),
        ),
        (_("Modified an instance"), ("POST /instances/{key:int}/modify", "POST /api/v1/instances/{key}/modification")),
        (_("Published a message"), ("POST /api/v1/messages",)),
        (
            _("Added a document"),
            (
                "POST /knowledge",
                "POST /api/v1/knowledge",
            ),
        ),
        (
            _("Removed a document"),
            (
                "POST /knowledge/{document_id}/remove",
                "DELETE /api/v1/knowledge/{document_id}",
            ),
        ),
        (_("Sent all undelivered notifications again"), ("POST /notifications/log/requeue-all",)),
        (_("Added a webhook of the house"), ("POST /notifications/log/webhooks",)),
        (_("Removed a webhook of the house"), ("POST /notifications/log/webhooks/{address_id}/remove",)),
        (_("Sent a notification again"), ("POST /notifications/log/{delivery_id}/requeue",)),
        (_("Read a notification"), ("POST /notifications/{notification_id}/read",)),
        (_("Confirmed an address of their own"), ("POST /notifications/settings/addresses/{address_id}/confirm",)),
        (_("Removed an address of their own"), ("POST /notifications/settings/addresses/{address_id}/remove",)),
        (_("Tried an address of their own"), ("POST /notifications/settings/addresses/{address_id}/test",)),
        (
            _("Added an address of their own"),
            (
                "POST /notifications/settings/email",
                "POST /notifications/settings/push",
                "POST /notifications/settings/telegram",
                "POST /notifications/settings/webhook",
            ),
        ),
        (_("Chose what to be told of"), ("POST /notifications/settings/preferences",)),
        (_("Chose when to be told"), ("POST /notifications/settings/times",)),
        (_("Entered the portal"), ("POST /portal/enter",)),
        (_("Asked for a link to the portal"), ("POST /portal/link",)),
        (_("Left the portal"), ("POST /portal/sign-out",)),
        (_("Sent a ticket in the portal"), ("POST /portal/new",)),
        (_("Answered in the portal"), ("POST /portal/tickets/{ticket_id}/answers",)),
        (_("Rated in the portal"), ("POST /portal/tickets/{ticket_id}/rating",)),
        (_("Erased a customer's data"), ("POST /privacy/erase",)),
        (_("Exported a customer's data"), ("POST /privacy/export",)),
        (_("Looked up a customer's data"), ("POST /privacy/preview",)),
        (
            _("Asked for a report"),
            (
                "POST /reports",
                "POST /api/v1/reports",
            ),
        ),
        (
            _("Scheduled a report"),
            (
                "POST /reports/schedules",
                "POST /api/v1/reports/schedules",
            ),
        ),
        (
            _("Removed a report's schedule"),
            (
                "POST /reports/schedules/{schedule_id}/remove",
                "DELETE /api/v1/reports/schedules/{schedule_id}",
            ),
        ),
        (
            _("Cancelled a report"),
            (
                "POST /reports/{run_id}/cancel",
                "POST /api/v1/reports/{run_id}/cancel",
            ),
        ),
        (_("Changed a calendar"), ("POST /sla/calendars/{name}",)),
        (_("Added a holiday"), ("POST /sla/calendars/{name}/holidays",)),
        (_("Removed a holiday"), ("POST /sla/calendars/{name}/holidays/remove",)),
        (_("Imported holidays"), ("POST /sla/calendars/{name}/import",)),
        (_("Changed a person's skills"), ("POST /sla/calendars/{name}/people/{username}",)),
        (_("Removed a calendar"), ("POST /sla/calendars/{name}/remove",)),
        (_("Acknowledged an SLA clock"), ("POST /sla/clocks/{subject_id}/acknowledge",)),
        (_("Paused an SLA clock"), ("POST /sla/clocks/{subject_id}/pause",)),
        (_("Changed the priority of an SLA clock"), ("POST /sla/clocks/{subject_id}/priority",)),
        (_("Resumed an SLA clock"), ("POST /sla/clocks/{subject_id}/resume",)),
        (_("Changed an SLA clock"), ("POST /api/v1/sla/{subject_id}/changes",)),
        (_("Dropped a held mail"), ("POST /tickets/held/{name}/drop",)),
        (_("Took a held mail in"), ("POST /tickets/held/{name}/take-in",)),
        (
            _("Took a ticket in"),
            (
                "POST /tickets/new",
                "POST /api/v1/tickets",
            ),
        ),
        (_("Took tickets in"), ("POST /api/v1/tickets/batch",)),
        (
            _("Sent sample tickets"),
            (
                "POST /samples",
                "POST /api/v1/tickets/samples",
            ),
        ),
        (_("Corrected a ticket's category"), ("POST /tickets/{ticket_id}/category",)),
        (_("Merged tickets"), ("POST /tickets/{ticket_id}/merge",)),
        (_("Took a merge of tickets back"), ("POST /tickets/{ticket_id}/merges/{number:int}/undo",)),
        (_("Sent a message again"), ("POST /tickets/{ticket_id}/messages/{number:int}/again",)),
        (_("Left a note on a ticket"), ("POST /tickets/{ticket_id}/notes",)),
        (_("Replied to a customer"), ("POST /tickets/{ticket_id}/replies",)),
        (_("Added a message to a ticket"), ("POST /api/v1/tickets/{ticket_id}/messages",)),
    )
    return {route: name for name, routes in names for route in routes}
