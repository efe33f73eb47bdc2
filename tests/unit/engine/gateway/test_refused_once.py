"""A call is refused once, also when its time is over while the refusal is on its way."""

import asyncio

import grpc
import pytest
from pyzeebe.proto import gateway_pb2 as pb

from engine.gateway.metrics import Metrics
from engine.gateway.servicer import Gateway
from engine.gateway.tenants import Tenants
from engine.processing.commands import CommandRejected


class Refusing:
    """A partition that knows no process."""

    async def submit(self, _command: object) -> object:
        raise CommandRejected("NOT_FOUND", "nobody knows it")


class SlowToEnd:
    """A call whose client takes its time to read the status."""

    def __init__(self) -> None:
        self.ended_with: list[grpc.StatusCode] = []

    async def abort(self, status: grpc.StatusCode, _text: str) -> None:
        self.ended_with.append(status)
        await asyncio.sleep(0.2)
        raise grpc.aio.AbortError


async def test_a_refusal_that_outlasts_the_time_for_a_result_is_the_only_one() -> None:
    gateway = Gateway(Refusing(), None, Metrics(), pb.TopologyResponse(), Tenants())
    call = SlowToEnd()

    with pytest.raises(grpc.aio.AbortError):
        await gateway.CreateProcessInstanceWithResult(
            pb.CreateProcessInstanceWithResultRequest(
                request=pb.CreateProcessInstanceRequest(bpmnProcessId="p", version=-1), requestTimeout=50
            ),
            call,
        )

    assert call.ended_with == [grpc.StatusCode.NOT_FOUND]
