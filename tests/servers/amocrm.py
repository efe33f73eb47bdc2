"""amoCRM's API v4 as its documentation describes it: pages of up to 250, 204 for nothing, tokens that are used up."""

from dataclasses import dataclass, field
from typing import Any

from tests.servers.http import CrmServer, Request


@dataclass
class AmoCrmServer(CrmServer):
    tables: dict[str, dict[int, dict[str, Any]]] = field(default_factory=lambda: {"companies": {}, "leads": {}})
    notes: list[dict[str, Any]] = field(default_factory=list)

    def put(self, kind: str, number: int, values: dict[str, str | None], changed_at: float | None = None) -> None:
        row: dict[str, Any] = {"id": number, "updated_at": int(self.now() if changed_at is None else changed_at)}
        if kind == "customer":
            codes = [(name.upper(), values[name]) for name in ("phone", "email") if values.get(name)]
            fields = [{"field_id": 1, "field_code": code, "values": [{"value": v, "enum_code": "WORK"}]} for code, v in codes]
            row |= {"name": values.get("name"), "custom_fields_values": fields or None}
        else:
            row |= {
                "name": values["title"],
                "price": int(values.get("amount") or 0),
                "status_id": int(values.get("stage") or 1),
            }
        self.tables["companies" if kind == "customer" else "leads"][number] = row

    def remove(self, kind: str, number: int) -> None:
        del self.tables["companies" if kind == "customer" else "leads"][number]

    def answer(self, request: Request) -> tuple[int, Any]:
        if request.path == "/oauth2/access_token":
            asked = request.json()
            is_agreed = asked["grant_type"] == "authorization_code" and asked["code"] == "code-1"
            found = self.refresh(self.refresh_token if is_agreed else asked.get("refresh_token", ""))
            return (200, found) if found else (400, {"hint": "Token has been revoked", "status": 400})
        if request.headers.get("authorization") != f"Bearer {self.access_token}":
            return 401, {"title": "Unauthorized", "status": 401, "detail": ""}
        parts = request.path.removeprefix("/api/v4/").split("/")
        table = self.tables[parts[0]]
        if len(parts) == 1:
            since = int(request.query.get("filter[updated_at][from]", 0))
            return paged(request, parts[0], [table[n] for n in sorted(table) if table[n]["updated_at"] >= since])
        row = table.get(int(parts[1]))
        if row is None:
            return (404, {"title": "Not Found", "status": 404}) if request.method != "GET" else (204, None)
        if len(parts) == 3:
            return self.about(request, int(parts[1]))
        if request.method == "PATCH":
            self.update(row, request.json())
        return 200, row

    def about(self, request: Request, number: int) -> tuple[int, Any]:
        if request.method == "POST":
            self.notes += [{"id": len(self.notes) + 1, "entity_id": number, **each} for each in request.json()]
            return 200, {"_embedded": {"notes": [{"id": len(self.notes)}]}}
        return paged(request, "notes", [note for note in self.notes if note["entity_id"] == number])

    def update(self, row: dict[str, Any], body: dict[str, Any]) -> None:
        for written in body.pop("custom_fields_values", None) or []:
            others = [each for each in row["custom_fields_values"] or [] if each["field_code"] != written["field_code"]]
            row["custom_fields_values"] = [*others, written] if written["values"] else others or None
        row |= {**body, "updated_at": int(self.now())}


def paged(request: Request, name: str, rows: list[dict[str, Any]]) -> tuple[int, Any]:
    limit, page = min(int(request.query["limit"]), 250), int(request.query["page"])
    found = rows[(page - 1) * limit : page * limit]
    if not found:
        return 204, None
    links = {"next": {"href": "http://169.254.169.254/latest/meta-data"}} if page * limit < len(rows) else {}
    return 200, {"_page": page, "_links": links, "_embedded": {name: found}}
