"""Counts and times each request, by the route's template: an address may name people, a template does not."""

from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import API_PREFIX
from services.monitoring import Metrics

# Streams that last as long as a page is open would drown the durations.
STREAMS = frozenset({"/events"})
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Measuring:
    """Stands outside everything else, so that refusals count too."""

    app: ASGIApp
    metrics: Metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in STREAMS:
            await self.app(scope, receive, send)
            return
        code = 500

        async def answer(message: Message) -> None:
            nonlocal code
            if message["type"] == "http.response.start":
                code = message["status"]
            await send(message)

        with self.metrics.request() as answered:
            try:
                await self.app(scope, receive, answer)
            finally:
                method = scope["method"] if scope["method"] in METHODS else "OTHER"
                answered(method, template(scope), code)


def template(scope: Scope) -> str:
    """The route that answered, as `/api/v1/tickets/{ticket_id}`; "-" where none did."""
    path = scope["path"]
    if path.startswith("/static/"):
        return "/static"
    # Refused before routing, or nothing there: strangers choose those addresses.
    found = getattr(scope.get("route"), "path", None) or "-"
    prefix = API_PREFIX.rstrip("/") + "/v1"
    return prefix + found if path.startswith(f"{prefix}/") and found.startswith("/") and not found.startswith(prefix) else found
