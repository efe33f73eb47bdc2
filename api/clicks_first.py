"""What a person asked for goes past what open pages ask for by themselves.

One completed task may renew a hundred open pages. Each is made in the processor that a click waits for, so one is made
at a time; the others queue here, where a click does not. A page that is renewed says so (`X-Live`, web/shell/live.js).
"""

import asyncio
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Those who wait for each other are pages that nobody waits for.
AT_ONCE = 1


@dataclass(frozen=True, slots=True)
class ClicksFirst:
    """Lets so many renewals be made at once."""

    app: ASGIApp
    at_once: int = AT_ONCE
    _places: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_places", asyncio.Semaphore(self.at_once))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not any(name == b"x-live" for name, _value in scope["headers"]):
            await self.app(scope, receive, send)
            return
        place = _Place(self._places)
        await place.take()

        async def answer(message: Message) -> None:
            # Once it is made it may be sent as slowly as its reader likes.
            place.leave()
            await send(message)

        try:
            await self.app(scope, receive, answer)
        finally:
            place.leave()


@dataclass(slots=True)
class _Place:
    """One of the places, given back once."""

    places: asyncio.Semaphore
    is_taken: bool = False

    async def take(self) -> None:
        await self.places.acquire()
        self.is_taken = True

    def leave(self) -> None:
        if self.is_taken:
            self.is_taken = False
            self.places.release()
