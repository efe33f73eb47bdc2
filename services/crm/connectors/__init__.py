"""Other companies' CRMs: a port per capability, and an adapter for each system that has it.

    crm = Bitrix24(…).crm()          # also AmoCrm, Chatwoot, Tryton, BuiltInCrm
    page = crm.customers.page(since=None, cursor="")

What a system cannot do is None in its `Crm`. Every adapter passes one contract suite: tests/contract/test_connectors.py.
"""

from services.crm.connectors.ports import (
    CUSTOMER_FIELDS,
    DEAL_FIELDS,
    AnswerUnclear,
    Crm,
    CrmBusy,
    CrmError,
    CrmRecordUnknown,
    CrmRefused,
    CrmUnanswered,
    Customers,
    Deals,
    Hint,
    Kind,
    NotConnected,
    Notes,
    Page,
    Record,
    Records,
    Tickets,
    WebhookRefused,
    Webhooks,
)

__all__ = [
    "CUSTOMER_FIELDS",
    "DEAL_FIELDS",
    "AnswerUnclear",
    "Crm",
    "CrmBusy",
    "CrmError",
    "CrmRecordUnknown",
    "CrmRefused",
    "CrmUnanswered",
    "Customers",
    "Deals",
    "Hint",
    "Kind",
    "NotConnected",
    "Notes",
    "Page",
    "Record",
    "Records",
    "Tickets",
    "WebhookRefused",
    "Webhooks",
]
