"""Counts and times each request, by the route's template: an address may name people, a template does not."""

from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

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
                answered(method, _template(scope), code)


def _template(scope: Scope) -> str:
    if scope["path"].startswith("/static/"):
        return "/static"
    # Refused before routing, or nothing there: strangers choose those addresses.
    return getattr(scope.get("route"), "path", None) or "-"
