"""A span for each request, by the route's template; it continues the trace that the caller names (W3C `traceparent`)."""

from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.measuring import METHODS, STREAMS, template
from services.tracing import Kind, Tracer

# Probes ask every few seconds, and a page asks for a dozen files: nobody wants to follow those.
UNTRACED = ("/health", "/ready", "/static/")


@dataclass(frozen=True, slots=True)
class Tracing:
    """Stands outside everything else; put in only where tracing is on."""

    app: ASGIApp
    tracer: Tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in STREAMS or scope["path"].startswith(UNTRACED):
            await self.app(scope, receive, send)
            return
        method = scope["method"] if scope["method"] in METHODS else "OTHER"
        with self.tracer.span(
            method, kind=Kind.SERVER, parent=_named(scope), attributes={"http.request.method": method}
        ) as span:

            async def answer(message: Message) -> None:
                if message["type"] == "http.response.start":
                    span.set({"http.response.status_code": message["status"]})
                    if message["status"] >= 500:
                        span.fail(str(message["status"]))
                await send(message)

            try:
                await self.app(scope, receive, answer)
            finally:
                route = template(scope)
                span.rename(f"{method} {route}")
                span.set({"http.route": route})


def _named(scope: Scope) -> str:
    """What the caller continues; a stranger can name any trace, which adds spans to it and shows nothing."""
    for name, value in scope["headers"]:
        if name == b"traceparent":
            return str(value, "latin-1")
    return ""
