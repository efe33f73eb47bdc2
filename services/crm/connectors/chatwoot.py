"""Chatwoot over its application API: conversations are tickets, contacts customers, private messages notes.

Lists cannot be asked since a moment, but conversations come newest activity first: reading ends at the first that is older.
Whatever gets active meanwhile moves to the front and pushes others back, so one may come twice and none is passed over.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from services.crm.connectors.form_hooks import constant_time_equal
from services.crm.connectors.http import Answer, Caller
from services.crm.connectors.notes import MarkedNotes
from services.crm.connectors.ports import (
    AnswerUnclear,
    Crm,
    CrmRecordUnknown,
    CrmRefused,
    Hint,
    Kind,
    NotConnected,
    Page,
    Record,
    WebhookRefused,
)
from services.crm.connectors.reading import a_list, a_moment, a_text, an_id, an_object
from services.crm.connectors.tokens import TokenSource

PER_SECOND, BURST = 5.0, 10
# A signed webhook older than this is somebody's copy.
OLDEST_WEBHOOK_SECONDS = 300
LONGEST_TEXT = 50_000
_CONTACT_FIELDS: Mapping[str, str] = {"name": "name", "email": "email", "phone": "phone_number"}


@dataclass(frozen=True, slots=True)
class Chatwoot:
    """One account: https://chat.example.com/app/accounts/1 is base address https://chat.example.com and account 1."""

    base_url: str
    account_id: str
    caller: Caller
    tokens: TokenSource

    def crm(self) -> Crm:
        return Crm(
            ChatwootContacts(self),
            tickets=ChatwootConversations(self),
            notes=ChatwootNotes(self),
            webhooks=ChatwootWebhooks(self.tokens),
        )

    def call(self, method: str, path: str, **options: Any) -> Answer:  # noqa: ANN401  # httpx's own options
        send = self.caller.read if method == "GET" else self.caller.write
        address = f"{self.base_url.rstrip('/')}/api/v1/accounts/{an_id(self.account_id, 'the account')}/{path}"
        headers = {"api_access_token": self.tokens.current().credentials.access_token}
        answer = send(method, address, headers=headers, **options)
        detail = answer.body if isinstance(answer.body, dict) else {}
        text = a_text(detail.get("error")) or a_text(detail.get("message")) or f"{answer.status} for {path}"
        if answer.status in {401, 403}:
            raise NotConnected(f"Chatwoot refuses us: {text}")
        if answer.status == 404:
            raise CrmRecordUnknown(text)
        if not 200 <= answer.status < 300:
            raise CrmRefused(f"Chatwoot answers {answer.status}: {text}")
        return answer


@dataclass(frozen=True, slots=True)
class ChatwootConversations:
    """Conversations of every state."""

    account: Chatwoot

    def page(self, *, since: datetime | None, cursor: str) -> Page:
        number = int(an_id(cursor or "1", "the cursor"))
        answer, rows = self._rows(number)
        records = [_conversation(row) for row in rows]
        fresh = [record for record in records if since is None or record.changed_at >= since]
        return Page(fresh, str(number + 1) if rows and len(fresh) == len(records) else None, answer.as_of)

    def get(self, record_id: str) -> Record:
        return _conversation(self.account.call("GET", f"conversations/{_known_id(record_id)}").body)

    def count(self) -> int:
        answer, _found = self._rows(1)
        data = an_object(an_object(answer.body, "conversations").get("data"), "conversations")
        return _counted(an_object(data.get("meta"), "meta").get("all_count"))

    def _rows(self, number: int) -> tuple[Answer, Sequence[Any]]:
        parameters = {"status": "all", "assignee_type": "all", "sort_by": "last_activity_at_desc", "page": number}
        answer = self.account.call("GET", "conversations", params=parameters)
        data = an_object(an_object(answer.body, "conversations").get("data"), "conversations")
        return answer, a_list(data.get("payload"), "conversations")


@dataclass(frozen=True, slots=True)
class ChatwootContacts:
    """Contacts, newest activity first."""

    account: Chatwoot

    def page(self, *, since: datetime | None, cursor: str) -> Page:
        number = int(an_id(cursor or "1", "the cursor"))
        answer = self.account.call("GET", "contacts", params={"sort": "-last_activity_at", "page": number})
        rows = a_list(an_object(answer.body, "contacts").get("payload"), "contacts")
        records = [_contact(row) for row in rows]
        fresh = [record for record in records if since is None or record.changed_at >= since]
        return Page(fresh, str(number + 1) if rows and len(fresh) == len(records) else None, answer.as_of)

    def get(self, record_id: str) -> Record:
        answer = self.account.call("GET", f"contacts/{_known_id(record_id)}")
        return _contact(an_object(answer.body, "a contact").get("payload"))

    def count(self) -> int:
        answer = self.account.call("GET", "contacts", params={"page": 1})
        return _counted(an_object(an_object(answer.body, "contacts").get("meta"), "meta").get("count"))

    def change(self, record_id: str, values: Mapping[str, str | None]) -> None:
        unknown = [name for name in values if name not in _CONTACT_FIELDS]
        if unknown:
            raise CrmRefused(f"Chatwoot's contact has no field {unknown[0]!r} of ours")
        body = {_CONTACT_FIELDS[name]: value or "" for name, value in values.items()}
        self.account.call("PUT", f"contacts/{_known_id(record_id)}", json=body)


@dataclass(frozen=True, slots=True)
class ChatwootNotes(MarkedNotes):
    """Private messages of a conversation, notes of a contact."""

    account: Chatwoot

    def _leave(self, kind: Kind, record_id: str, text: str) -> None:
        body: dict[str, Any] = {"content": text}
        if kind is Kind.TICKET:
            body |= {"message_type": "outgoing", "private": True}
        self.account.call("POST", self._path(kind, record_id), json=body)

    def _texts(self, kind: Kind, record_id: str) -> list[str]:
        body = self.account.call("GET", self._path(kind, record_id)).body
        rows = a_list(body if kind is Kind.CUSTOMER else an_object(body, "messages").get("payload"), "notes")
        found = sorted((an_object(row, "a note") for row in rows), key=lambda row: int(row.get("id", 0)))
        return [str(row.get("content") or "") for row in found if kind is Kind.CUSTOMER or row.get("private") is True]

    def _path(self, kind: Kind, record_id: str) -> str:
        if kind is Kind.TICKET:
            return f"conversations/{_known_id(record_id)}/messages"
        return f"contacts/{_known_id(record_id)}/notes"


@dataclass(frozen=True, slots=True)
class ChatwootWebhooks:
    """JSON with `X-Chatwoot-Signature: sha256=HEX`: the HMAC-SHA256 of `TIMESTAMP.BODY` under the webhook's own secret.

    `X-Chatwoot-Delivery` stays the same when a delivery is repeated. Chatwoot signs since 4.11.2; earlier ones are refused.
    """

    tokens: TokenSource

    def hints(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Sequence[Hint]:
        told_at = headers.get("x-chatwoot-timestamp", "")
        secret = self.tokens.current().credentials.webhook_secret
        expected = hmac.new(secret.encode(), told_at.encode() + b"." + body, hashlib.sha256).hexdigest()
        given = headers.get("x-chatwoot-signature", "").removeprefix("sha256=")
        if not secret or not constant_time_equal(given, expected):
            raise WebhookRefused("the signature is not this connection's")
        if not told_at.isascii() or not told_at.isdigit() or len(told_at) > 12:
            raise WebhookRefused("the webhook does not say when it was sent")
        if abs(now.timestamp() - int(told_at)) > OLDEST_WEBHOOK_SECONDS:
            raise WebhookRefused("the webhook is too old, or one of the two clocks is wrong")
        try:
            told = an_object(msgspec.json.decode(body), "the webhook")
        except (msgspec.DecodeError, AnswerUnclear, UnicodeDecodeError, RecursionError) as error:
            raise WebhookRefused("the webhook is no readable JSON") from error
        return _hints(told, headers.get("x-chatwoot-delivery", "")[:100])


def _hints(told: Mapping[str, Any], delivery_id: str) -> list[Hint]:
    event = str(told.get("event", ""))
    if event.startswith("contact_"):
        kind, found = Kind.CUSTOMER, told.get("id")
    elif event.startswith("conversation_"):
        kind, found = Kind.TICKET, told.get("id")
    elif event.startswith("message_") and isinstance(told.get("conversation"), dict):
        kind, found = Kind.TICKET, told["conversation"].get("id")
    else:
        return []
    try:
        return [Hint(kind, an_id(found, "the webhook"), delivery_id)]
    except AnswerUnclear as error:
        raise WebhookRefused(str(error)) from error


def _conversation(value: object) -> Record:
    row = an_object(value, "a conversation")
    sender = an_object(an_object(row.get("meta") or {}, "meta").get("sender") or {}, "a sender")
    # The first thing the customer wrote is what it is about.
    messages = [an_object(each, "a message") for each in a_list(row.get("messages") or [], "messages")]
    attributes = an_object(row.get("additional_attributes") or {}, "attributes")
    text = next((a_text(each.get("content"), LONGEST_TEXT) for each in messages if each.get("message_type") == 0), None)
    values = {
        "subject": a_text(attributes.get("mail_subject")),
        "text": text,
        "customer_name": a_text(sender.get("name")),
        "customer_email": a_text(sender.get("email")),
        "status": a_text(row.get("status")),
    }
    changed_at = a_moment(row.get("last_activity_at"), "a conversation")
    return Record(Kind.TICKET, an_id(row.get("id"), "a conversation"), changed_at, values)


def _contact(value: object) -> Record:
    row = an_object(value, "a contact")
    values = {ours: a_text(row.get(theirs)) for ours, theirs in _CONTACT_FIELDS.items()}
    changed_at = a_moment(row.get("last_activity_at") or row.get("created_at"), "a contact")
    return Record(Kind.CUSTOMER, an_id(row.get("id"), "a contact"), changed_at, values)


def _counted(value: object) -> int:
    if isinstance(value, int):
        return value
    raise AnswerUnclear("the list has no count")


def _known_id(record_id: str) -> str:
    try:
        return an_id(record_id, "the record")
    except AnswerUnclear as error:
        raise CrmRecordUnknown(f"Chatwoot has no record {record_id[:64]!r}") from error
