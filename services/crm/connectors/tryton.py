"""Tryton over JSON-RPC: parties are customers, with their first e-mail and phone, and notes.

The address names the database: https://erp.example.com/company. Somebody signs in as a user of Tryton; the session ends when
Tryton thinks so and is then opened anew. Parties are read in the order of ids.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from services.crm.connectors.http import Answer, Caller
from services.crm.connectors.notes import MarkedNotes
from services.crm.connectors.ports import (
    AnswerUnclear,
    Crm,
    CrmRecordUnknown,
    CrmRefused,
    Kind,
    NotConnected,
    Page,
    Record,
)
from services.crm.connectors.reading import a_list, a_text, an_id, an_object
from services.crm.connectors.tokens import TokenSource

PAGE = 500
PER_SECOND, BURST = 20.0, 20
PARTY, MECHANISM, NOTE = "model.party.party", "model.party.contact_mechanism", "model.ir.note"
_READ = ["name", "email", "phone", "write_date", "create_date"]
_MECHANISMS = ("email", "phone")


@dataclass(slots=True)
class Session:
    """What the server gave at the last sign-in."""

    header: str = ""
    lock: Lock = field(default_factory=Lock)


@dataclass(frozen=True, slots=True)
class Tryton:
    """One database of a server."""

    base_url: str
    caller: Caller
    tokens: TokenSource
    session: Session = field(default_factory=Session)

    def crm(self) -> Crm:
        return Crm(TrytonParties(self), notes=TrytonNotes(self))

    def call(self, method: str, *parameters: object, is_write: bool = False) -> Answer:
        """One method within a session; a session that has ended is opened anew once."""
        for is_last in (False, True):
            header = self._signed_in(anew=is_last)
            answer = self._send(method, [*parameters, {}], header, is_write=is_write)
            if answer.status not in {401, 403}:
                return answer
        raise NotConnected("Tryton does not take the session it has just given")

    def _signed_in(self, *, anew: bool) -> str:
        with self.session.lock:
            if anew or not self.session.header:
                held = self.tokens.current().credentials
                answer = self._send("common.db.login", [held.username, {"password": held.password}, "en"], "", is_write=False)
                found = answer.body
                if answer.status != 200 or not isinstance(found, list) or len(found) < 2 or not found[1]:
                    raise NotConnected("Tryton does not take the user and password; connect it again")
                words = f"{held.username}:{found[0]}:{found[1]}"
                self.session.header = f"Session {base64.b64encode(words.encode()).decode('ascii')}"
            return self.session.header

    def _send(self, method: str, parameters: Sequence[object], header: str, *, is_write: bool) -> Answer:
        send = self.caller.write if is_write else self.caller.read
        headers = {"Authorization": header} if header else {}
        body = {"id": 0, "method": method, "params": parameters}
        answer = send("POST", f"{self.base_url.rstrip('/')}/rpc/", json=body, headers=headers)
        if answer.status == 429:
            raise NotConnected("Tryton has had too many wrong sign-ins")
        if answer.status == 200 and isinstance(answer.body, dict) and "result" in answer.body:
            return Answer(200, answer.body["result"], answer.as_of)
        if answer.status == 200 and isinstance(answer.body, dict) and answer.body.get("error"):
            raise _error(answer.body["error"])
        if answer.status not in {200, 401, 403}:
            raise CrmRefused(f"Tryton answers {answer.status}")
        return answer


@dataclass(frozen=True, slots=True)
class TrytonParties:
    """Parties that are not archived."""

    server: Tryton

    def page(self, *, since: datetime | None, cursor: str) -> Page:
        domain: list[Any] = [["id", ">", int(an_id(cursor or "0", "the cursor"))]]
        if since is not None:
            moment = _as_tryton(since)
            domain.append(["OR", ["write_date", ">=", moment], ["create_date", ">=", moment]])
        answer = self.server.call(f"{PARTY}.search_read", domain, 0, PAGE, [["id", "ASC"]], _READ)
        records = [_party(row) for row in a_list(answer.body, "parties")]
        return Page(records, records[-1].record_id if len(records) == PAGE else None, answer.as_of)

    def get(self, record_id: str) -> Record:
        answer = self.server.call(f"{PARTY}.search_read", [["id", "=", int(_known_id(record_id))]], 0, 1, None, _READ)
        rows = a_list(answer.body, "parties")
        if not rows:
            raise CrmRecordUnknown(f"Tryton has no party {record_id}")
        return _party(rows[0])

    def count(self) -> int:
        found = self.server.call(f"{PARTY}.search_count", []).body
        if not isinstance(found, int):
            raise AnswerUnclear("Tryton counts parties without a number")
        return found

    def change(self, record_id: str, values: Mapping[str, str | None]) -> None:
        unknown = [name for name in values if name != "name" and name not in _MECHANISMS]
        if unknown:
            raise CrmRefused(f"Tryton's party has no field {unknown[0]!r} of ours")
        self.get(record_id)
        number = int(_known_id(record_id))
        written: dict[str, Any] = {"name": values["name"] or ""} if "name" in values else {}
        actions = [each for name in _MECHANISMS if name in values for each in self._mechanism(number, name, values[name])]
        if actions:
            written["contact_mechanisms"] = actions
        self.server.call(f"{PARTY}.write", [number], written, is_write=True)

    def _mechanism(self, number: int, name: str, value: str | None) -> list[Any]:
        """The first of its type is ours; an empty value takes it away."""
        domain = [["party", "=", number], ["type", "in", ["phone", "mobile"] if name == "phone" else [name]]]
        found = a_list(self.server.call(f"{MECHANISM}.search", domain, 0, 1, [["sequence", "ASC"], ["id", "ASC"]]).body, name)
        if value and found:
            return [["write", found, {"value": value}]]
        if value:
            return [["create", [{"type": name, "value": value}]]]
        return [["delete", found]] if found else []


@dataclass(frozen=True, slots=True)
class TrytonNotes(MarkedNotes):
    """Notes on parties."""

    server: Tryton

    def _leave(self, kind: Kind, record_id: str, text: str) -> None:  # noqa: ARG002  # parties alone have notes
        note = {"resource": f"party.party,{_known_id(record_id)}", "message": text}
        self.server.call(f"{NOTE}.create", [note], is_write=True)

    def _texts(self, kind: Kind, record_id: str) -> list[str]:
        if kind is not Kind.CUSTOMER:
            raise CrmRecordUnknown(f"Tryton has no {kind} here")
        domain = [["resource", "=", f"party.party,{_known_id(record_id)}"]]
        answer = self.server.call(f"{NOTE}.search_read", domain, 0, None, [["id", "ASC"]], ["message"])
        return [str(an_object(row, "a note").get("message") or "") for row in a_list(answer.body, "notes")]


def _party(value: object) -> Record:
    row = an_object(value, "a party of Tryton")
    values = {name: a_text(row.get(name)) for name in ("name", *_MECHANISMS)}
    return Record(
        Kind.CUSTOMER, an_id(row.get("id"), "a party"), _moment(row.get("write_date") or row.get("create_date")), values
    )


def _moment(value: object) -> datetime:
    """Tryton's own form: {"__class__": "datetime", "year": 2026, …}, without a zone, which is UTC."""
    parts = an_object(value, "a party's last change")
    names = ("year", "month", "day", "hour", "minute", "second", "microsecond")
    try:
        return datetime(*(int(parts.get(name) or 0) for name in names), tzinfo=UTC)  # type: ignore[misc, arg-type]
    except (TypeError, ValueError) as error:
        raise AnswerUnclear("a party has no moment of its last change") from error


def _as_tryton(moment: datetime) -> dict[str, Any]:
    at = moment.astimezone(UTC)
    names = ("year", "month", "day", "hour", "minute", "second", "microsecond")
    return {"__class__": "datetime", **{name: getattr(at, name) for name in names}}


def _error(value: object) -> Exception:
    """["UserError", ["text", "description"]] and the like."""
    name = value[0] if isinstance(value, list) and value else ""
    detail = value[1] if isinstance(value, list) and len(value) > 1 else ""
    text = a_text(detail[0] if isinstance(detail, list) and detail else detail) or str(name)
    return CrmRefused(f"Tryton refuses: {text[:300]}")


def _known_id(record_id: str) -> str:
    try:
        return an_id(record_id, "the record")
    except AnswerUnclear as error:
        raise CrmRecordUnknown(f"Tryton has no record {record_id[:64]!r}") from error
