"""Chatwoot's application API as documented: newest activity first, 25 conversations or 15 contacts a page."""

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Any

from tests.servers.http import CrmServer, Request


@dataclass
class ChatwootServer(CrmServer):
    contacts: dict[int, dict[str, Any]] = field(default_factory=dict)
    conversations: dict[int, dict[str, Any]] = field(default_factory=dict)
    written: list[dict[str, Any]] = field(default_factory=list)

    def put(self, kind: str, number: int, values: dict[str, str | None], changed_at: float | None = None) -> None:
        active_at = self.now() if changed_at is None else changed_at
        if kind == "customer":
            plain = {"name": values.get("name"), "email": values.get("email"), "phone_number": values.get("phone")}
            self.contacts[number] = {"id": number, "last_activity_at": int(active_at), **plain}
        else:
            self.conversations[number] = {
                "id": number,
                "status": values.get("status", "open"),
                "last_activity_at": int(active_at),
                "additional_attributes": {"mail_subject": values.get("subject")},
                "messages": [{"id": 1, "content": values.get("text"), "message_type": 0}],
                "meta": {"sender": {"name": values.get("customer_name"), "email": values.get("customer_email")}},
            }

    def remove(self, kind: str, number: int) -> None:
        del (self.contacts if kind == "customer" else self.conversations)[number]

    def expire(self) -> None:
        """Its keys do not end."""

    def answer(self, request: Request) -> tuple[int, Any]:
        if request.headers.get("api_access_token") != self.access_token:
            return 401, {"error": "Invalid Access Token"}
        parts = request.path.removeprefix("/api/v1/accounts/1/").split("/")
        table = self.contacts if parts[0] == "contacts" else self.conversations
        if len(parts) == 1:
            return self.listed(parts[0], table, int(request.query["page"]))
        row = table.get(int(parts[1]))
        if row is None:
            return 404, {"error": "Resource could not be found"}
        if len(parts) == 3:
            return self.about(request, parts[0], int(parts[1]))
        if request.method == "PUT":
            row |= {**request.json(), "last_activity_at": int(self.now())}
        return 200, {"payload": row} if parts[0] == "contacts" else row

    def listed(self, name: str, table: dict[int, dict[str, Any]], page: int) -> tuple[int, Any]:
        rows = sorted(table.values(), key=lambda row: (-row["last_activity_at"], row["id"]))
        if name == "contacts":
            return 200, {"meta": {"count": len(rows), "current_page": page}, "payload": rows[(page - 1) * 15 : page * 15]}
        return 200, {"data": {"meta": {"all_count": len(rows)}, "payload": rows[(page - 1) * 25 : page * 25]}}

    def about(self, request: Request, name: str, number: int) -> tuple[int, Any]:
        if request.method == "POST":
            note = {"id": len(self.written) + 1, "of": (name, number), **request.json()}
            self.written.append(note)
            return 200, note
        rows = [each for each in self.written if each["of"] == (name, number)]
        return 200, rows if name == "contacts" else {"payload": rows}


def signed(secret: str, body: bytes, at: float) -> dict[str, str]:
    told_at = str(int(at))
    signature = hmac.new(secret.encode(), told_at.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {"x-chatwoot-signature": f"sha256={signature}", "x-chatwoot-timestamp": told_at, "x-chatwoot-delivery": "d-1"}
