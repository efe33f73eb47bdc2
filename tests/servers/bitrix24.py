"""Bitrix24 as its documentation describes it: methods, batches with macros, `start=-1`, limits, tokens that end."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from tests.servers.http import CrmServer, Request

MACRO = re.compile(r"\$result\[(\w+)\]\[(\d+)\]\[(\w+)\]")


@dataclass
class Bitrix24Server(CrmServer):
    tables: dict[str, dict[int, dict[str, Any]]] = field(default_factory=lambda: {"company": {}, "deal": {}})
    comments: list[dict[str, Any]] = field(default_factory=list)
    # After so many commands of a batch the limit is reached, once.
    cut_batch_after: int | None = None

    def put(self, kind: str, number: int, values: dict[str, str | None], changed_at: float | None = None) -> None:
        row: dict[str, Any] = {"ID": str(number), "DATE_MODIFY": moment(self.now() if changed_at is None else changed_at)}
        if kind == "customer":
            row["TITLE"] = values.get("name")
            for name in ("email", "phone"):
                held = {"ID": str(number * 10), "VALUE": values[name], "VALUE_TYPE": "WORK"} if values.get(name) else None
                row[name.upper()] = [held] if held else []
        else:
            row |= {"TITLE": values["title"], "OPPORTUNITY": values.get("amount"), "STAGE_ID": values.get("stage")}
        self.tables["company" if kind == "customer" else "deal"][number] = row

    def remove(self, kind: str, number: int) -> None:
        del self.tables["company" if kind == "customer" else "deal"][number]

    def answer(self, request: Request) -> tuple[int, Any]:
        if request.path == "/oauth/token/":
            found = self.refresh(request.query["refresh_token"])
            return (200, found) if found else (400, {"error": "invalid_grant"})
        name = request.path.removeprefix("/rest/").removesuffix(".json")
        parameters = request.json()
        if parameters.get("auth") != self.access_token:
            return 401, {"error": "expired_token", "error_description": "The access token provided has expired."}
        return self.batch(parameters) if name == "batch" else self.method(name, parameters)

    def batch(self, parameters: dict[str, Any]) -> tuple[int, Any]:
        results: dict[str, Any] = {}
        errors: dict[str, Any] = {}
        for number, (key, command) in enumerate(parameters["cmd"].items()):
            if self.cut_batch_after is not None and number >= self.cut_batch_after:
                self.cut_batch_after = None
                errors[key] = {
                    "error": "OPERATION_TIME_LIMIT",
                    "error_description": "Method is blocked due to operation time limit.",
                }
                break
            method, _, query = command.partition("?")
            status, found = self.method(method, nested([(n, self.resolved(v, results)) for n, v in parse_qsl(query, True)]))
            if status != 200:
                errors[key] = found
                break
            results[key] = found["result"]
        return 200, {"result": {"result": results or [], "result_error": errors or []}}

    def resolved(self, value: str, results: dict[str, Any]) -> str:
        def replacement(found: re.Match[str]) -> str:
            rows = results.get(found[1], [])
            return str(rows[int(found[2])][found[3]]) if int(found[2]) < len(rows) else ""

        return MACRO.sub(replacement, value)

    def method(self, name: str, parameters: dict[str, Any]) -> tuple[int, Any]:
        if name == "crm.timeline.comment.add":
            self.comments.append({"ID": str(len(self.comments) + 1), **parameters["fields"]})
            return 200, {"result": len(self.comments)}
        if name == "crm.timeline.comment.list":
            wanted = parameters["filter"]
            rows = [row for row in self.comments if all(row[key] == value for key, value in wanted.items())]
            return 200, listed(rows, parameters)
        _crm, entity, action = name.split(".")
        table = self.tables[entity]
        if action == "list":
            return 200, listed(self.found(table, parameters.get("filter", {})), parameters)
        row = table.get(int(parameters["id"]))
        if row is None:
            return 400, {"error": "", "error_description": "Not found"}
        if action == "update":
            self.update(row, parameters["fields"])
            return 200, {"result": True}
        return 200, {"result": row}

    def found(self, table: dict[int, dict[str, Any]], wanted: dict[str, str]) -> list[dict[str, Any]]:
        after, since = int(wanted.get(">ID") or 0), wanted.get(">=DATE_MODIFY", "")
        rows = [table[number] for number in sorted(table) if number > after]
        return [row for row in rows if not since or datetime.fromisoformat(row["DATE_MODIFY"]) >= datetime.fromisoformat(since)]

    def update(self, row: dict[str, Any], fields: dict[str, Any]) -> None:
        for name, value in fields.items():
            row[name] = self.several(row[name], value) if isinstance(value, list) else value
        row["DATE_MODIFY"] = moment(self.now())

    def several(self, held: list[dict[str, str]], written: list[dict[str, str]]) -> list[dict[str, str]]:
        """A value with an id takes the place of that one, empty ones go, others are added."""
        values = {each["ID"]: each for each in held}
        for each in written:
            values[each.get("ID", "new")] = {"ID": each.get("ID", "999"), **each}
        return [each for each in values.values() if each["VALUE"]]


def listed(rows: list[dict[str, Any]], parameters: dict[str, Any]) -> dict[str, Any]:
    start = int(parameters.get("start", 0))
    if start == -1:
        return {"result": rows[:50]}
    body: dict[str, Any] = {"result": rows[start : start + 50], "total": len(rows)}
    if start + 50 < len(rows):
        body["next"] = start + 50
    return body


def nested(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        outer, _, inner = name.rstrip("]").partition("[")
        if inner:
            found.setdefault(outer, {})[inner] = value
        else:
            found[outer] = value
    return found


def moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def event(kind: str, number: int, token: str) -> bytes:
    name = "ONCRMCOMPANYUPDATE" if kind == "customer" else "ONCRMDEALUPDATE"
    return f"event={name}&data[FIELDS][ID]={number}&ts=1&auth[application_token]={token}".encode()
