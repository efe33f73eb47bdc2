import grpc
import pytest

from zeebe.calls import RetryPolicy, call, may_repeat, translated
from zeebe.errors import (
    AlreadyExists,
    DeadlineExceeded,
    EngineFailed,
    FailedPrecondition,
    InvalidArgument,
    NotConnected,
    NotFound,
    RequestTooLarge,
    ResourceExhausted,
    Unavailable,
    Unsupported,
)

EAGER = RetryPolicy(first_pause=0.001, longest_pause=0.002, seconds=5)


def rpc_error(code: grpc.StatusCode, details: str = "why") -> grpc.aio.AioRpcError:
    return grpc.aio.AioRpcError(code, grpc.aio.Metadata(), grpc.aio.Metadata(), details)


class Engine:
    """Fails so many times, then answers."""

    def __init__(self, error: grpc.aio.AioRpcError, times: int) -> None:
        self.error = error
        self.left = times
        self.calls = 0

    async def __call__(self) -> str:
        self.calls += 1
        if self.left:
            self.left -= 1
            raise self.error
        return "done"


@pytest.mark.parametrize(
    ("code", "details", "ours"),
    [
        (grpc.StatusCode.INVALID_ARGUMENT, "why", InvalidArgument),
        (grpc.StatusCode.NOT_FOUND, "why", NotFound),
        (grpc.StatusCode.ALREADY_EXISTS, "why", AlreadyExists),
        (grpc.StatusCode.FAILED_PRECONDITION, "why", FailedPrecondition),
        (grpc.StatusCode.UNIMPLEMENTED, "why", Unsupported),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, "why", ResourceExhausted),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, "SERVER: Received message larger than max (5 vs. 4)", RequestTooLarge),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, "gRPC message exceeds maximum size 4194304: 5000018", RequestTooLarge),
        (grpc.StatusCode.UNAVAILABLE, "Socket closed", Unavailable),
        (grpc.StatusCode.UNAVAILABLE, "failed to connect to all addresses", NotConnected),
        (grpc.StatusCode.DEADLINE_EXCEEDED, "why", DeadlineExceeded),
        (grpc.StatusCode.INTERNAL, "why", EngineFailed),
    ],
)
def test_an_engine_s_error_becomes_ours_with_its_words(code: grpc.StatusCode, details: str, ours: type) -> None:
    error = translated(rpc_error(code, details))

    assert type(error) is ours
    assert error.reason == details


@pytest.mark.parametrize("is_idempotent", [True, False])
async def test_back_pressure_is_waited_out_for_every_command(is_idempotent: bool) -> None:
    engine = Engine(rpc_error(grpc.StatusCode.RESOURCE_EXHAUSTED), times=3)

    answer = await call(engine, EAGER, is_idempotent=is_idempotent)

    assert (answer, engine.calls) == ("done", 4)


async def test_a_lost_answer_is_asked_for_again_only_where_that_is_harmless() -> None:
    harmless = Engine(rpc_error(grpc.StatusCode.UNAVAILABLE, "Socket closed"), times=1)
    harmful = Engine(rpc_error(grpc.StatusCode.UNAVAILABLE, "Socket closed"), times=1)

    await call(harmless, EAGER, is_idempotent=True)
    with pytest.raises(Unavailable):
        await call(harmful, EAGER, is_idempotent=False)

    assert (harmless.calls, harmful.calls) == (2, 1)


async def test_a_command_that_never_left_is_sent_again() -> None:
    engine = Engine(rpc_error(grpc.StatusCode.UNAVAILABLE, "failed to connect to all addresses"), times=2)

    await call(engine, EAGER, is_idempotent=False)

    assert engine.calls == 3


@pytest.mark.parametrize("error", [NotFound("x"), InvalidArgument("x"), RequestTooLarge("x"), EngineFailed("x")])
def test_a_refusal_is_final(error: Exception) -> None:
    assert not may_repeat(error, is_idempotent=True)


async def test_patience_ends() -> None:
    engine = Engine(rpc_error(grpc.StatusCode.RESOURCE_EXHAUSTED), times=10_000)

    with pytest.raises(ResourceExhausted):
        await call(engine, RetryPolicy(first_pause=0.01, longest_pause=0.01, seconds=0.05), is_idempotent=True)

    assert 2 <= engine.calls < 20


def test_pauses_grow_up_to_the_longest() -> None:
    policy = RetryPolicy(first_pause=0.1, longest_pause=1.0)

    pauses = [policy.pause(attempt) for attempt in (0, 2, 50, 100_000)]

    assert 0.05 <= pauses[0] <= 0.1
    assert 0.2 <= pauses[1] <= 0.4
    assert all(0.5 <= pause <= 1.0 for pause in pauses[2:])
