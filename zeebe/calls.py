"""How a call reaches the engine: foreign errors become ours, and what may be sent again is.

A refusal for back-pressure took no effect, so any command is tried again with growing, jittered pauses. When no answer came,
only a command that does no harm twice is.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import monotonic

import grpc

from zeebe.errors import (
    AccessDenied,
    AlreadyExists,
    DeadlineExceeded,
    EngineBusy,
    EngineFailed,
    FailedPrecondition,
    InvalidArgument,
    NotConnected,
    NotFound,
    RequestTooLarge,
    ResourceExhausted,
    Unavailable,
    Unsupported,
    ZeebeError,
)

_BY_STATUS: dict[grpc.StatusCode, type[ZeebeError]] = {
    grpc.StatusCode.INVALID_ARGUMENT: InvalidArgument,
    grpc.StatusCode.OUT_OF_RANGE: InvalidArgument,
    grpc.StatusCode.NOT_FOUND: NotFound,
    grpc.StatusCode.ALREADY_EXISTS: AlreadyExists,
    grpc.StatusCode.FAILED_PRECONDITION: FailedPrecondition,
    grpc.StatusCode.UNIMPLEMENTED: Unsupported,
    grpc.StatusCode.PERMISSION_DENIED: AccessDenied,
    grpc.StatusCode.UNAUTHENTICATED: AccessDenied,
    grpc.StatusCode.RESOURCE_EXHAUSTED: ResourceExhausted,
    grpc.StatusCode.UNAVAILABLE: Unavailable,
    grpc.StatusCode.CANCELLED: Unavailable,
    grpc.StatusCode.ABORTED: Unavailable,
    grpc.StatusCode.DEADLINE_EXCEEDED: DeadlineExceeded,
}
# A message over the size limit shares its status with back-pressure; only the text tells them apart.
_TOO_LARGE = ("message larger than max", "message exceeds maximum size")
_NOT_CONNECTED = ("failed to connect", "connection refused", "dns resolution failed")


def translated(error: grpc.aio.AioRpcError) -> ZeebeError:
    """Our error for one of gRPC's."""
    reason = error.details() or error.code().name
    lowered = reason.lower()
    kind = _BY_STATUS.get(error.code(), EngineFailed)
    if kind is ResourceExhausted and any(text in lowered for text in _TOO_LARGE):
        kind = RequestTooLarge
    elif kind is Unavailable and any(text in lowered for text in _NOT_CONNECTED):
        kind = NotConnected
    return kind(reason)


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Pauses grow from the first to the longest, each shortened by chance; after `seconds` the error is raised."""

    first_pause: float = 0.05
    longest_pause: float = 2.0
    seconds: float = 30.0

    def pause(self, attempt: int) -> float:
        longest: float = min(self.longest_pause, self.first_pause * 2.0 ** min(attempt, 16))
        return longest * random.uniform(0.5, 1.0)  # noqa: S311 - spreads clients, guards nothing


async def call[Answer](attempt: Callable[[], Awaitable[Answer]], policy: RetryPolicy, *, is_idempotent: bool) -> Answer:
    """Make a call, again while that is harmless and the policy allows.

    Raises:
        ZeebeError: the call failed, for the last time.
    """
    give_up_at = monotonic() + policy.seconds
    tries = 0
    while True:
        try:
            return await attempt()
        except grpc.aio.AioRpcError as error:
            ours = translated(error)
            pause = policy.pause(tries)
            if not may_repeat(ours, is_idempotent=is_idempotent) or monotonic() + pause > give_up_at:
                raise ours from error
        tries += 1
        await asyncio.sleep(pause)


def may_repeat(error: ZeebeError, *, is_idempotent: bool) -> bool:
    """Whether sending the command again can do no harm."""
    match error:
        case EngineBusy() | NotConnected():
            return True
        case DeadlineExceeded():
            return False
        case Unavailable():
            return is_idempotent
        case _:
            return False
