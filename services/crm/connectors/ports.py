"""What Penstock asks of a CRM, capability by capability, and how asking can fail.

Values are texts under our own field names, so that a difference reads alike whatever system it is about; an empty field is
None. Moments are UTC and the system's own, never this machine's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

CUSTOMER_FIELDS = ("name", "email", "phone")
DEAL_FIELDS = ("title", "amount", "stage")


class Kind(StrEnum):
    CUSTOMER = "customer"
    DEAL = "deal"
    TICKET = "ticket"


class CrmError(Exception):
    """A CRM did not do what it was asked."""


class CrmBusy(CrmError):
    """Nothing took effect (rate limit, maintenance, not reached); try again later."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class CrmUnanswered(CrmError):
    """A write got no answer, or none that says: it may have taken effect."""


class AnswerUnclear(CrmError):
    """The system answered what its documentation does not know."""


class CrmRefused(CrmError):
    """The system will never take this request; the text is its reason."""


class CrmRecordUnknown(CrmError, LookupError):
    """The system has no such record (any more)."""


class NotConnected(CrmError):
    """The system does not know us (any more): a person has to connect it again."""


class WebhookRefused(CrmError):
    """A webhook is not from whom it says, too old, or unreadable."""


@dataclass(frozen=True, slots=True)
class Record:
    """One customer, deal or ticket as its system holds it."""

    kind: Kind
    record_id: str
    changed_at: datetime
    values: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Page:
    """`cursor` None: there is no more. `as_of` is the system's clock when it answered."""

    records: Sequence[Record]
    cursor: str | None
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Hint:
    """A webhook says that a record changed. It is read anew: what else the webhook says is not believed."""

    kind: Kind
    record_id: str
    # Names the delivery where the system gives it a name.
    delivery_id: str = ""


class Records(Protocol):
    """Reading one kind of record."""

    def page(self, *, since: datetime | None, cursor: str) -> Page:
        """The records changed since then, in an order in which changing one never hides another; "" is the first page.

        Raises `CrmBusy`, `NotConnected`, `AnswerUnclear`.
        """
        ...

    def get(self, record_id: str) -> Record:
        """Raises `CrmRecordUnknown`, and what `page` does."""
        ...

    def count(self) -> int:
        """How many there are now. Raises what `page` does."""
        ...


class Customers(Records, Protocol):
    """Companies we sell to, with `CUSTOMER_FIELDS`."""

    def change(self, record_id: str, values: Mapping[str, str | None]) -> None:
        """Set some fields. Raises `CrmRecordUnknown`, `CrmRefused`, `CrmBusy`, `CrmUnanswered`, `NotConnected`."""
        ...


class Deals(Records, Protocol):
    """What is being sold, with `DEAL_FIELDS`."""

    def change(self, record_id: str, values: Mapping[str, str | None]) -> None:
        """As for `Customers`."""
        ...


class Tickets(Records, Protocol):
    """Requests of customers: values `subject`, `text`, `customer_name`, `customer_email`, `status`."""


class Notes(Protocol):
    """Remarks beside a record."""

    def add(self, kind: Kind, record_id: str, text: str, *, request_id: str) -> None:
        """Leave a note once per request id. Raises what `Customers.change` does."""
        ...

    def of(self, kind: Kind, record_id: str) -> Sequence[str]:
        """The notes' texts, oldest first, without our request ids."""
        ...


class Webhooks(Protocol):
    """Telling true webhooks from others."""

    def hints(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Sequence[Hint]:
        """What changed. Raises `WebhookRefused`."""
        ...


@dataclass(frozen=True, slots=True)
class Crm:
    """A connected system: what it cannot do is None."""

    customers: Customers | None = None
    deals: Deals | None = None
    tickets: Tickets | None = None
    notes: Notes | None = None
    webhooks: Webhooks | None = None

    @property
    def readable(self) -> Mapping[Kind, Records]:
        """Everything that can be kept in step."""
        found: dict[Kind, Records | None] = {
            Kind.CUSTOMER: self.customers,
            Kind.DEAL: self.deals,
            Kind.TICKET: self.tickets,
        }
        return {kind: records for kind, records in found.items() if records is not None}


@dataclass(frozen=True, slots=True)
class Credentials:
    """Everything secret about a connection; `extra` holds what one system alone needs."""

    access_token: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    # Proves webhooks.
    webhook_secret: str = field(default="", repr=False)
    username: str = ""
    password: str = field(default="", repr=False)
    redirect_uri: str = ""
