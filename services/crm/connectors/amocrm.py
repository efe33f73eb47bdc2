"""amoCRM over its API v4: companies are customers, leads are deals, common notes are notes.

Lists come in pages of 250 in the order of ids; there is no count, so the last page is found by halving. An integration may ask
seven times a second; who goes on after 429 is shut out. Access tokens end after a day, a refresh token when it is used.
Webhooks carry no signature: the secret in the address they come to is what proves them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from services.crm.connectors.form_hooks import form_fields
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
)
from services.crm.connectors.reading import a_list, a_moment, a_text, an_id, an_object
from services.crm.connectors.tokens import Held, Tokens, TokenSource

PAGE = 250
PER_SECOND, BURST = 6.0, 6
_ENTITIES: Mapping[Kind, str] = {Kind.CUSTOMER: "companies", Kind.DEAL: "leads"}
_CODES: Mapping[str, str] = {"email": "EMAIL", "phone": "PHONE"}
_EVENTS: Mapping[str, Kind] = {"leads": Kind.DEAL, "contacts": Kind.CUSTOMER}
_ACTIONS = frozenset({"add", "update", "status", "responsible", "restore"})


@dataclass(frozen=True, slots=True)
class AmoCrm:
    """One account, by its address: https://example.amocrm.ru."""

    base_url: str
    caller: Caller
    tokens: TokenSource

    def crm(self) -> Crm:
        customers, deals = AmoRecords(self, Kind.CUSTOMER), AmoRecords(self, Kind.DEAL)
        return Crm(customers, deals, notes=AmoNotes(self), webhooks=AmoWebhooks())

    def call(self, method: str, path: str, **options: Any) -> Answer:  # noqa: ANN401  # httpx's own options
        """One request, with new tokens where the account says that ours have ended."""
        refused: Held | None = None
        while True:
            held = self.tokens.current(refused)
            send = self.caller.read if method == "GET" else self.caller.write
            headers = {"Authorization": f"Bearer {held.credentials.access_token}"}
            answer = send(method, f"{self.base_url.rstrip('/')}/api/v4/{path}", headers=headers, **options)
            if answer.status == 401 and refused is None:
                refused = held
                continue
            _require_good(answer, path)
            return answer


@dataclass(frozen=True, slots=True)
class AmoRecords:
    """Companies or leads."""

    account: AmoCrm
    kind: Kind

    def page(self, *, since: datetime | None, cursor: str) -> Page:
        number = int(an_id(cursor or "1", "the cursor"))
        answer = self._page(number, since)
        rows = _rows(answer, self._entity)
        following = None
        if answer.body is not None:
            # Only whether there is a next page is believed, not where it is said to be.
            links = an_object(an_object(answer.body, "the page").get("_links"), "the page's links")
            following = str(number + 1) if links.get("next") and rows else None
        return Page([self._record(row) for row in rows], following, answer.as_of)

    def get(self, record_id: str) -> Record:
        answer = self.account.call("GET", f"{self._entity}/{_known_id(record_id)}")
        if answer.body is None:
            raise CrmRecordUnknown(f"amoCRM has no record {record_id}")
        return self._record(answer.body)

    def count(self) -> int:
        """All pages before the last are full; the last one is looked for by doubling, then by halving."""
        full, beyond = 0, 1
        while len(_rows(self._page(beyond, None), self._entity)) == PAGE:
            full, beyond = beyond, beyond * 2
        while beyond - full > 1:
            middle = (full + beyond) // 2
            if len(_rows(self._page(middle, None), self._entity)) == PAGE:
                full = middle
            else:
                beyond = middle
        return full * PAGE + len(_rows(self._page(full + 1, None), self._entity))

    def change(self, record_id: str, values: Mapping[str, str | None]) -> None:
        body: dict[str, Any] = {}
        for name, value in values.items():
            if name in _CODES and self.kind is Kind.CUSTOMER:
                body.setdefault("custom_fields_values", []).append(self._several(record_id, _CODES[name], value))
            else:
                body.update(self._plain(name, value))
        self.account.call("PATCH", f"{self._entity}/{_known_id(record_id)}", json=body)

    def _several(self, record_id: str, code: str, value: str | None) -> dict[str, Any]:
        """A field's values are written all together: the first is ours, the others stay as they are."""
        answer = self.account.call("GET", f"{self._entity}/{_known_id(record_id)}")
        held = _field(an_object(answer.body, "the record"), code)
        first = [{"value": value, "enum_code": (held[0].get("enum_code") if held else None) or "WORK"}] if value else []
        return {"field_code": code, "values": [*first, *held[1:]] or None}

    def _plain(self, name: str, value: str | None) -> Mapping[str, Any]:
        if name in {"name", "title"} and (name == "name") == (self.kind is Kind.CUSTOMER):
            return {"name": value or ""}
        if self.kind is Kind.DEAL and name in {"amount", "stage"}:
            if value is not None and not (value.isascii() and value.isdigit() and len(value) <= 15):
                raise CrmRefused(f"amoCRM takes a whole number for a lead's {name}, not {value[:40]!r}")
            return {"price" if name == "amount" else "status_id": int(value or 0)}
        raise CrmRefused(f"amoCRM's {self.kind} has no field {name!r} of ours")

    def _page(self, number: int, since: datetime | None) -> Answer:
        parameters: dict[str, Any] = {"limit": PAGE, "page": number, "order[id]": "asc"}
        if since is not None:
            parameters["filter[updated_at][from]"] = int(since.astimezone(UTC).timestamp())
        return self.account.call("GET", self._entity, params=parameters)

    def _record(self, value: object) -> Record:
        where = f"one of amoCRM's {self._entity}"
        row = an_object(value, where)
        values: dict[str, str | None]
        if self.kind is Kind.CUSTOMER:
            values = {"name": a_text(row.get("name"))}
            for ours, code in _CODES.items():
                held = _field(row, code)
                values[ours] = a_text(held[0].get("value")) if held else None
        else:
            values = {
                "title": a_text(row.get("name")),
                "amount": a_text(row.get("price")),
                "stage": a_text(row.get("status_id")),
            }
        return Record(self.kind, an_id(row.get("id"), where), a_moment(row.get("updated_at"), where), values)

    @property
    def _entity(self) -> str:
        return _ENTITIES[self.kind]


@dataclass(frozen=True, slots=True)
class AmoNotes(MarkedNotes):
    """Notes of the type `common`."""

    account: AmoCrm

    def _leave(self, kind: Kind, record_id: str, text: str) -> None:
        note = {"note_type": "common", "params": {"text": text}}
        self.account.call("POST", f"{_ENTITIES[kind]}/{_known_id(record_id)}/notes", json=[note])

    def _texts(self, kind: Kind, record_id: str) -> list[str]:
        path = f"{_ENTITIES[kind]}/{_known_id(record_id)}/notes"
        texts: list[str] = []
        for number in range(1, 1000):
            parameters = {"limit": PAGE, "page": number, "order[id]": "asc", "filter[note_type]": "common"}
            rows = _rows(self.account.call("GET", path, params=parameters), "notes")
            texts += [str(an_object(an_object(row, "a note").get("params"), "a note").get("text", "")) for row in rows]
            if len(rows) < PAGE:
                break
        return texts


@dataclass(frozen=True, slots=True)
class AmoWebhooks:
    """Forms like `leads[update][0][id]=7`; who sent them was proved by the address."""

    def hints(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Sequence[Hint]:  # noqa: ARG002  # the port's
        fields = form_fields(body)
        found: dict[Hint, None] = {}
        for name, value in fields.items():
            parts = name.replace("]", "").split("[")
            if len(parts) == 4 and parts[0] in _EVENTS and parts[1] in _ACTIONS and parts[3] == "id":
                is_company = parts[0] != "contacts" or fields.get(f"contacts[{parts[1]}][{parts[2]}][type]") == "company"
                if is_company and value.isascii() and value.isdigit() and len(value) <= 18:
                    found[Hint(_EVENTS[parts[0]], value)] = None
        return list(found)


@dataclass(frozen=True, slots=True)
class AmoTokenRequest:
    """New tokens from the account itself."""

    base_url: str
    caller: Caller

    def __call__(self, credentials: Credentials, code: str = "") -> Tokens:
        body = {
            "client_id": credentials.client_id,
            "client_secret": credentials.client_secret,
            "grant_type": "authorization_code" if code else "refresh_token",
            **({"code": code} if code else {"refresh_token": credentials.refresh_token}),
            "redirect_uri": credentials.redirect_uri,
        }
        answer = self.caller.write("POST", f"{self.base_url.rstrip('/')}/oauth2/access_token", json=body)
        found = an_object(answer.body, "the answer of the token server")
        access, refresh, seconds = found.get("access_token"), found.get("refresh_token"), found.get("expires_in", 86400)
        if answer.status != 200 or not isinstance(access, str) or not isinstance(refresh, str):
            raise NotConnected(f"amoCRM gives no new tokens: {a_text(found.get('hint')) or answer.status}")
        return Tokens(access, refresh, seconds if isinstance(seconds, int) else 86400)


def _require_good(answer: Answer, path: str) -> None:
    if 200 <= answer.status < 300:
        return
    detail = answer.body if isinstance(answer.body, dict) else {}
    text = a_text(detail.get("detail")) or a_text(detail.get("title")) or f"{answer.status} for {path}"
    if answer.status in {401, 402}:
        raise NotConnected(f"amoCRM refuses us: {text}")
    if answer.status == 403:
        raise CrmBusy(f"amoCRM has shut us out for now: {text}", 60.0)
    if answer.status == 404:
        raise CrmRecordUnknown(text)
    problems = detail.get("validation-errors")
    raise CrmRefused(f"amoCRM answers {answer.status}: {text} {str(problems)[:200] if problems else ''}".strip())


def _rows(answer: Answer, entity: str) -> Sequence[Any]:
    """An empty list comes as 204 without a body."""
    if answer.body is None:
        return []
    return a_list(an_object(an_object(answer.body, entity).get("_embedded"), entity).get(entity), entity)


def _field(row: Mapping[str, Any], code: str) -> list[Mapping[str, Any]]:
    for each in row.get("custom_fields_values") or []:
        held = an_object(each, "a custom field")
        if held.get("field_code") == code:
            return [an_object(value, code) for value in a_list(held.get("values"), code)]
    return []


def _known_id(record_id: str) -> str:
    try:
        return an_id(record_id, "the record")
    except AnswerUnclear as error:
        raise CrmRecordUnknown(f"amoCRM has no record {record_id[:64]!r}") from error
