"""Bitrix24 over its REST interface: companies are customers, deals are deals, timeline comments are notes.

Long lists are read in the order of ids with `start=-1`, which spares the server counting, ten pages of fifty to a batch where
each page begins after the last id of the one before. A portal takes two requests a second and answers more with
QUERY_LIMIT_EXCEEDED (503) or OPERATION_TIME_LIMIT (429). Access tokens end after an hour.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from services.crm.connectors.form_hooks import constant_time_equal, form_fields
from services.crm.connectors.http import Answer, Caller
from services.crm.connectors.notes import MarkedNotes
from services.crm.connectors.ports import (
    AnswerUnclear,
    Credentials,
    Crm,
    CrmBusy,
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
from services.crm.connectors.tokens import Held, Tokens, TokenSource

TOKEN_URL = "https://oauth.bitrix.info/oauth/token/"  # noqa: S105  # an address
PAGE, PAGES_IN_BATCH = 50, 10
PER_SECOND, BURST = 2.0, 10
_BUSY = frozenset({"QUERY_LIMIT_EXCEEDED", "OPERATION_TIME_LIMIT", "OVERLOAD_LIMIT"})
_STALE = frozenset({"expired_token", "invalid_token", "NO_AUTH_FOUND"})
_LOST = frozenset({"PORTAL_DELETED", "APPLICATION_NOT_FOUND", "user_access_error", "invalid_grant", "wrong_client"})
_ENTITIES: Mapping[Kind, tuple[str, Mapping[str, str]]] = {
    Kind.CUSTOMER: ("company", {"name": "TITLE", "email": "EMAIL", "phone": "PHONE"}),
    Kind.DEAL: ("deal", {"title": "TITLE", "amount": "OPPORTUNITY", "stage": "STAGE_ID"}),
}
# Fields that hold several values, each with an id of its own.
_SEVERAL = frozenset({"EMAIL", "PHONE"})
_EVENTS: Mapping[str, Kind] = {
    **dict.fromkeys(("ONCRMCOMPANYADD", "ONCRMCOMPANYUPDATE"), Kind.CUSTOMER),
    **dict.fromkeys(("ONCRMDEALADD", "ONCRMDEALUPDATE"), Kind.DEAL),
}


@dataclass(frozen=True, slots=True)
class Bitrix24:
    """One portal, by its address: https://example.bitrix24.com."""

    base_url: str
    caller: Caller
    tokens: TokenSource

    def crm(self) -> Crm:
        customers, deals = BitrixRecords(self, Kind.CUSTOMER), BitrixRecords(self, Kind.DEAL)
        return Crm(customers, deals, notes=BitrixNotes(self), webhooks=BitrixWebhooks(self.tokens))

    def call(self, name: str, parameters: Mapping[str, Any], *, is_write: bool = False) -> Answer:
        """One method, with new tokens where the portal says that ours have ended."""
        refused: Held | None = None
        while True:
            held = self.tokens.current(refused)
            body = {**parameters, "auth": held.credentials.access_token}
            send = self.caller.write if is_write else self.caller.read
            answer = send("POST", f"{self.base_url.rstrip('/')}/rest/{name}.json", json=body)
            answered = an_object(answer.body, name)
            code = str(answered.get("error", "")) if answer.status >= 300 or "error" in answered else None
            if code is None:
                return answer
            if code in _STALE and refused is None:
                refused = held
                continue
            raise _error(code, a_text(answered.get("error_description")) or code, answer.status)


@dataclass(frozen=True, slots=True)
class BitrixRecords:
    """Companies or deals."""

    portal: Bitrix24
    kind: Kind

    def page(self, *, since: datetime | None, cursor: str) -> Page:
        after = an_id(cursor or "0", "the cursor")
        first = self._list(since, after)
        commands = {"p0": first}
        for number in range(1, PAGES_IN_BATCH):
            commands[f"p{number}"] = self._list(since, f"$result[p{number - 1}][{PAGE - 1}][ID]")
        answer = self.portal.call("batch", {"halt": 1, "cmd": commands})
        result = an_object(an_object(answer.body, "batch").get("result"), "batch")
        rows, is_last = _pages(result)
        records = [self._record(row) for row in rows]
        # A batch that was cut short by a limit goes on after the last record that came.
        return Page(records, None if is_last else records[-1].record_id, answer.as_of)

    def get(self, record_id: str) -> Record:
        answer = self.portal.call(f"crm.{self._entity}.get", {"id": _known_id(record_id)})
        return self._record(an_object(answer.body, "get").get("result"))

    def count(self) -> int:
        answer = self.portal.call(f"crm.{self._entity}.list", {"select": ["ID"], "start": 0})
        total = an_object(answer.body, "list").get("total")
        if not isinstance(total, int):
            raise AnswerUnclear("the list has no total")
        return total

    def change(self, record_id: str, values: Mapping[str, str | None]) -> None:
        fields: dict[str, Any] = {}
        for name, value in values.items():
            theirs = self._fields.get(name)
            if theirs is None:
                raise CrmRefused(f"Bitrix24's {self.kind} has no field {name!r} of ours")
            fields[theirs] = self._several(record_id, theirs, value) if theirs in _SEVERAL else value or ""
        self.portal.call(f"crm.{self._entity}.update", {"id": _known_id(record_id), "fields": fields}, is_write=True)

    def _several(self, record_id: str, name: str, value: str | None) -> list[dict[str, str]]:
        """Write the first of several values and leave the others; an empty one takes it away."""
        answer = self.portal.call(f"crm.{self._entity}.get", {"id": _known_id(record_id)})
        held = an_object(an_object(answer.body, "get").get("result"), "get").get(name) or []
        first = {"ID": str(an_object(held[0], name)["ID"])} if held else {"VALUE_TYPE": "WORK"}
        return [{**first, "VALUE": value or ""}] if held or value else []

    def _list(self, since: datetime | None, after: str) -> str:
        pairs = [("order[ID]", "ASC"), ("start", "-1"), ("filter[>ID]", after)]
        if since is not None:
            pairs.append(("filter[>=DATE_MODIFY]", since.astimezone(UTC).isoformat(timespec="seconds")))
        pairs += [("select[]", name) for name in ("ID", "DATE_MODIFY", *self._fields.values())]
        return f"crm.{self._entity}.list?{urlencode(pairs)}"

    def _record(self, value: object) -> Record:
        where = f"a {self._entity} of Bitrix24"
        row = an_object(value, where)
        values = {ours: _value(row.get(theirs)) for ours, theirs in self._fields.items()}
        return Record(self.kind, an_id(row.get("ID"), where), a_moment(row.get("DATE_MODIFY"), where), values)

    @property
    def _entity(self) -> str:
        return _ENTITIES[self.kind][0]

    @property
    def _fields(self) -> Mapping[str, str]:
        return _ENTITIES[self.kind][1]


@dataclass(frozen=True, slots=True)
class BitrixNotes(MarkedNotes):
    """Comments in a record's timeline."""

    portal: Bitrix24

    def _leave(self, kind: Kind, record_id: str, text: str) -> None:
        fields = {"ENTITY_ID": _known_id(record_id), "ENTITY_TYPE": _ENTITIES[kind][0], "COMMENT": text}
        self.portal.call("crm.timeline.comment.add", {"fields": fields}, is_write=True)

    def _texts(self, kind: Kind, record_id: str) -> list[str]:
        wanted = {"ENTITY_ID": _known_id(record_id), "ENTITY_TYPE": _ENTITIES[kind][0]}
        texts: list[str] = []
        start: int | None = 0
        while start is not None:
            parameters = {"filter": wanted, "order": {"ID": "ASC"}, "select": ["ID", "COMMENT"], "start": start}
            body = an_object(self.portal.call("crm.timeline.comment.list", parameters).body, "comments")
            rows = a_list(body.get("result"), "comments")
            texts += [str(an_object(row, "a comment").get("COMMENT", "")) for row in rows]
            following = body.get("next")
            start = following if isinstance(following, int) and following > start else None
        return texts


@dataclass(frozen=True, slots=True)
class BitrixWebhooks:
    """Event handlers: a form whose `auth[application_token]` is the one the application got when it was installed."""

    tokens: TokenSource

    def hints(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Sequence[Hint]:  # noqa: ARG002  # the port's
        fields = form_fields(body)
        expected = self.tokens.current().credentials.webhook_secret
        if not expected or not constant_time_equal(fields.get("auth[application_token]", ""), expected):
            raise WebhookRefused("the application token is not this connection's")
        kind = _EVENTS.get(fields.get("event", "").upper())
        record_id = fields.get("data[FIELDS][ID]", "")
        return [Hint(kind, record_id)] if kind and record_id.isascii() and record_id.isdigit() else []


@dataclass(frozen=True, slots=True)
class BitrixTokenRequest:
    """New tokens from Bitrix24's own server, whatever portal they are for."""

    caller: Caller
    url: str = TOKEN_URL

    def __call__(self, credentials: Credentials, code: str = "") -> Tokens:
        parameters = {
            "grant_type": "authorization_code" if code else "refresh_token",
            "client_id": credentials.client_id,
            "client_secret": credentials.client_secret,
            **({"code": code} if code else {"refresh_token": credentials.refresh_token}),
        }
        # Not `read`: a second request might bring a token that is used up.
        answer = self.caller.write("GET", self.url, params=parameters)
        body = an_object(answer.body, "the answer of the token server")
        access, refresh, seconds = body.get("access_token"), body.get("refresh_token"), body.get("expires_in", 3600)
        if answer.status != 200 or not isinstance(access, str) or not isinstance(refresh, str):
            raise NotConnected(f"Bitrix24 gives no new tokens: {a_text(body.get('error')) or answer.status}")
        return Tokens(access, refresh, seconds if isinstance(seconds, int) else 3600)


def _pages(result: Mapping[str, Any]) -> tuple[list[Any], bool]:
    """The rows of a batch's pages and whether they are the last; pages behind a short one began anew and are left out."""
    pages, errors = result.get("result") or {}, result.get("result_error") or {}
    rows: list[Any] = []
    for number in range(PAGES_IN_BATCH):
        name = f"p{number}"
        if name not in pages:
            failure = an_object(errors.get(name), "a batch without an answer to each of its parts") if errors else {}
            if not rows:
                code = str(failure.get("error", "unknown"))
                raise _error(code, a_text(failure.get("error_description")) or code, 200)
            return rows, False
        found = a_list(pages[name], name)
        rows += found
        if len(found) < PAGE:
            return rows, True
    return rows, False


def _error(code: str, text: str, status: int) -> Exception:
    if code in _BUSY:
        return CrmBusy(text)
    if code in _STALE or code in _LOST:
        return NotConnected(text)
    if "not found" in text.lower() or code == "ERROR_NOT_FOUND":
        return CrmRecordUnknown(text)
    return CrmRefused(f"Bitrix24 answers {status} {code}: {text}")


def _known_id(record_id: str) -> str:
    try:
        return an_id(record_id, "the record")
    except AnswerUnclear as error:
        raise CrmRecordUnknown(f"Bitrix24 has no record {record_id[:64]!r}") from error


def _value(value: object) -> str | None:
    if isinstance(value, list):
        return a_text(value[0].get("VALUE")) if value and isinstance(value[0], dict) else None
    return a_text(value)
