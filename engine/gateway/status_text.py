"""Refusing a call with a text that its client can take.

gRPC carries the text of a status in the metadata behind the answer, each byte beyond printable ASCII as three characters.
Clients take some eight kilobytes of metadata in all; of more they see a broken connection instead, and try again.
"""

from typing import Any, NoReturn

import grpc

MOST_BYTES = 7_000
_CUT = " … (%d more characters)"
_ROOM_FOR_THE_CUT = 60


class Refused(Exception):
    """A call is to end with this status and text."""

    def __init__(self, status: grpc.StatusCode, text: str) -> None:
        super().__init__(text)
        self.status = status


async def refuse(context: grpc.aio.ServicerContext[Any, Any], status: grpc.StatusCode, text: str) -> NoReturn:
    """End the call with this status and as much of the text as fits."""
    await context.abort(status, carried(text))


def carried(text: str) -> str:
    """The text, or its beginning and how much was left out."""
    if _bytes_on_the_way(text) <= MOST_BYTES:
        return text
    room, end = MOST_BYTES - _ROOM_FOR_THE_CUT, 0
    while (room := room - _bytes_on_the_way(text[end])) >= 0:
        end += 1
    return text[:end] + _CUT % (len(text) - end)


def _bytes_on_the_way(text: str) -> int:
    return sum(1 if 0x20 <= byte <= 0x7E and byte != 0x25 else 3 for byte in text.encode("utf-8", "replace"))
