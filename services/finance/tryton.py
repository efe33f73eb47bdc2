"""Tryton's accounting periods, closed and reopened with ours over its JSON-RPC; nothing of Tryton runs in this process."""

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import httpx
import msgspec

from services.finance.close_nouns import AccountingRefused
from services.finance.months import Month

MAX_ANSWER_BYTES = 1024 * 1024
OPEN, CLOSED, LOCKED = "open", "closed", "locked"


@dataclass(frozen=True, slots=True)
class TrytonPeriods:
    """`AccountingPeriods` of a Tryton server. Each call signs in anew: sessions end by themselves, and a close is rare.

    Raises:
        AccountingRefused: there is no period of the month, or Tryton says no; an unreachable server raises httpx.HTTPError, so
            that the job comes again.
    """

    url: str
    database: str
    username: str
    password: str = field(repr=False)
    connect: Callable[[], httpx.AsyncClient] = httpx.AsyncClient

    async def close(self, month: Month) -> str:
        async with self.connect() as client:
            return await self._move(_Session(client, self), month, "close", {CLOSED, LOCKED})

    async def reopen(self, month: Month) -> str:
        async with self.connect() as client:
            return await self._move(_Session(client, self), month, "reopen", {OPEN})

    async def _move(self, session: "_Session", month: Month, verb: str, done: set[str]) -> str:
        await session.sign_in()
        period = await self._period(session, month)
        name = str(period["name"])
        if period["state"] in done:
            return name
        if period["state"] == LOCKED:
            raise AccountingRefused(f"period {name} is locked in Tryton for good: it cannot be reopened")
        await session.call(f"model.account.period.{verb}", [[period["id"]], session.context])
        return name

    async def _period(self, session: "_Session", month: Month) -> dict[str, Any]:
        domain = [
            ["start_date", "=", _day(month.first)],
            ["end_date", "=", _day(month.last)],
            ["type", "=", "standard"],
        ]
        fields = ["name", "state"]
        found = await session.call("model.account.period.search_read", [domain, 0, 2, None, fields, session.context])
        if len(found) != 1:
            raise AccountingRefused(f"Tryton has {len(found)} standard periods for {month}: create its fiscal year and periods")
        period: dict[str, Any] = found[0]
        return period


@dataclass(slots=True)
class _Session:
    """One signed-in conversation."""

    client: httpx.AsyncClient
    periods: TrytonPeriods
    context: dict[str, Any] = field(default_factory=dict)
    _authorization: str = ""

    async def sign_in(self) -> None:
        secret = {"password": self.periods.password}
        answer = await self.call("common.db.login", [self.periods.username, secret, "en"])
        if not answer:
            raise AccountingRefused(f"Tryton does not let {self.periods.username} sign in")
        user_id, key = answer[0], answer[1]
        token = f"{self.periods.username}:{user_id}:{key}".encode()
        self._authorization = f"Session {base64.b64encode(token).decode()}"
        self.context = await self.call("model.res.user.get_preferences", [True, {}])

    async def call(self, method: str, params: list[Any]) -> Any:  # noqa: ANN401  # any JSON
        headers = {"Content-Type": "application/json"}
        if self._authorization:
            headers["Authorization"] = self._authorization
        address = f"{self.periods.url.rstrip('/')}/{self.periods.database}/rpc/"
        body = msgspec.json.encode({"id": 0, "method": method, "params": params})
        response = await self.client.post(address, content=body, headers=headers)
        if response.status_code in {401, 403}:
            raise AccountingRefused(f"Tryton answers {response.status_code} to {method}: check user and password")
        response.raise_for_status()
        if len(response.content) > MAX_ANSWER_BYTES:
            raise AccountingRefused(f"Tryton's answer to {method} is larger than {MAX_ANSWER_BYTES} bytes")
        try:
            answer = msgspec.json.decode(response.content, type=dict[str, Any])
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise AccountingRefused(f"{address} answers {method} with something other than JSON: check the address") from error
        if answer.get("error"):
            raise AccountingRefused(f"Tryton refuses: {_words(answer['error'])}")
        return answer.get("result")


def _day(day: date) -> dict[str, Any]:
    return {"__class__": "date", "year": day.year, "month": day.month, "day": day.day}


def _words(error: Any) -> str:  # noqa: ANN401  # what the server sends
    """An error is [kind, text] or [kind, [text, detail]]; a trace never leaves it."""
    if isinstance(error, list) and len(error) > 1:
        said = error[1][0] if isinstance(error[1], list) and error[1] else error[1]
        return " ".join(str(said).split())[:300]
    return " ".join(str(error).split())[:300]
