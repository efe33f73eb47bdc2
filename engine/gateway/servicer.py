"""The gRPC service of `gateway.proto`: each rpc is a command of the engine, its answer the response.

What is the same for all unary rpcs is written once, and one closure an rpc is made at the start, so that a call costs little
more than its translation.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import Any

import grpc
import structlog
from google.protobuf.message import Message
from pyzeebe.proto import gateway_pb2 as pb

from engine.gateway import requests, responses
from engine.gateway.job_dispatch import JobDispatch
from engine.gateway.metrics import Metrics
from engine.gateway.ports import Partition
from engine.gateway.rejections import GRPC_STATUS, RequestInvalid, sentence
from engine.gateway.status_text import Refused, refuse
from engine.gateway.tenants import Tenants, TenantUnknown
from engine.processing.commands import ActivatedJob, CommandRejected

log = structlog.get_logger(__name__)

# What Zeebe's gateway waits when the client names no time.
LONG_POLLING_SECONDS = 10.0
RESULT_SECONDS = 15.0
# A stream is handed this many jobs before it has to stand in the queue again.
STREAMED_AT_ONCE = 8
# A client that has not read for so long gets no more of a batch.
STALLED_SECONDS = 1.0

type Context = grpc.aio.ServicerContext[Any, Any]
type Handler = Callable[[Any, Context], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Rpc:
    """How one unary rpc becomes a command, and its answer a response."""

    command: Callable[..., Any]
    response: Callable[[Any], Any]
    # Whether a request says whose it is; other requests are about keys.
    names_tenant: bool = False


UNARY: dict[str, Rpc] = {
    "CancelProcessInstance": Rpc(requests.cancel_process_instance, responses.nothing(pb.CancelProcessInstanceResponse)),
    "CompleteJob": Rpc(requests.complete_job, responses.nothing(pb.CompleteJobResponse)),
    "CreateProcessInstance": Rpc(requests.create_process_instance, responses.process_instance_created, names_tenant=True),
    "EvaluateDecision": Rpc(requests.evaluate_decision, responses.decision_evaluated, names_tenant=True),
    "DeployProcess": Rpc(requests.deploy_process, responses.process_deployed),
    "DeployResource": Rpc(requests.deploy_resource, responses.resource_deployed, names_tenant=True),
    "FailJob": Rpc(requests.fail_job, responses.nothing(pb.FailJobResponse)),
    "ThrowError": Rpc(requests.throw_error, responses.nothing(pb.ThrowErrorResponse)),
    "PublishMessage": Rpc(requests.publish_message, responses.message_published, names_tenant=True),
    "ResolveIncident": Rpc(requests.resolve_incident, responses.nothing(pb.ResolveIncidentResponse)),
    "SetVariables": Rpc(requests.set_variables, responses.variables_set),
    "UpdateJobRetries": Rpc(requests.update_job_retries, responses.nothing(pb.UpdateJobRetriesResponse)),
    "ModifyProcessInstance": Rpc(requests.modify_process_instance, responses.nothing(pb.ModifyProcessInstanceResponse)),
    "MigrateProcessInstance": Rpc(requests.migrate_process_instance, responses.nothing(pb.MigrateProcessInstanceResponse)),
    "UpdateJobTimeout": Rpc(requests.update_job_timeout, responses.nothing(pb.UpdateJobTimeoutResponse)),
    "DeleteResource": Rpc(requests.delete_resource, responses.nothing(pb.DeleteResourceResponse)),
    "BroadcastSignal": Rpc(requests.broadcast_signal, responses.signal_broadcast, names_tenant=True),
}


class Gateway:
    """Serves every rpc; `add_GatewayServicer_to_server` finds the unary ones as attributes of the same name."""

    def __init__(
        self,
        partition: Partition,
        dispatch: JobDispatch,
        metrics: Metrics,
        topology: pb.TopologyResponse,
        tenants: Tenants,
    ) -> None:
        self._partition = partition
        self._dispatch = dispatch
        self._metrics = metrics
        self._topology = topology
        self._tenants = tenants
        for name, rpc in UNARY.items():
            setattr(self, name, self._unary(name, rpc))
        self._with_result = self._answered(
            "CreateProcessInstanceWithResult",
            Rpc(requests.create_process_instance_with_result, responses.process_instance_completed, names_tenant=True),
        )

    def _unary(self, name: str, rpc: Rpc) -> Handler:
        answered = self._answered(name, rpc)

        async def handle(request: Message, context: Context) -> Message:
            try:
                response: Message = await answered(request)
            except Refused as refused:
                await refuse(context, refused.status, str(refused))
            return response

        return handle

    def _answered(self, name: str, rpc: Rpc) -> Callable[[Message], Awaitable[Any]]:
        submit, learn, to_response, observe = (
            self._partition.submit,
            self._tenants.learn,
            rpc.response,
            self._metrics.observe,
        )
        to_command = partial(rpc.command, tenants=self._tenants) if rpc.names_tenant else rpc.command

        async def answer_to(request: Message) -> Any:  # noqa: ANN401 - each rpc has a response of its own
            started = perf_counter()
            try:
                try:
                    command = to_command(request)
                except TenantUnknown:
                    await learn()
                    command = to_command(request)
            except RequestInvalid as invalid:
                observe(name, invalid.status, started)
                raise Refused(invalid.status, str(invalid)) from invalid
            try:
                answer = await submit(command)
            except CommandRejected as rejected:
                observe(name, GRPC_STATUS[rejected.rejection_type], started)
                raise Refused(GRPC_STATUS[rejected.rejection_type], sentence(command, rejected)) from rejected
            observe(name, grpc.StatusCode.OK, started)
            return to_response(answer)

        return answer_to

    async def _of_known_tenants[Wish](self, read: Callable[[], Wish]) -> Wish:
        """Read a request; where it names a tenant nobody knows yet, once more after asking for new ones."""
        try:
            return read()
        except TenantUnknown:
            await self._tenants.learn()
            return read()

    async def Topology(  # noqa: N802 - named by gateway.proto
        self, _request: pb.TopologyRequest, _context: Context
    ) -> pb.TopologyResponse:
        return self._topology

    async def CreateProcessInstanceWithResult(  # noqa: N802 - named by gateway.proto
        self, request: pb.CreateProcessInstanceWithResultRequest, context: Context
    ) -> pb.CreateProcessInstanceWithResultResponse:
        seconds = request.requestTimeout / 1000 if request.requestTimeout > 0 else RESULT_SECONDS
        try:
            # A call is refused once: not within the time that may be over meanwhile.
            async with asyncio.timeout(seconds):
                response: pb.CreateProcessInstanceWithResultResponse = await self._with_result(request)
        except Refused as refused:
            await refuse(context, refused.status, str(refused))
        except TimeoutError:
            await refuse(
                context,
                grpc.StatusCode.DEADLINE_EXCEEDED,
                f"Time out between gateway and broker: the process instance did not complete within PT{seconds:g}S",
            )
        return response

    async def ActivateJobs(  # noqa: N802 - named by gateway.proto
        self, request: pb.ActivateJobsRequest, context: Context
    ) -> None:
        try:
            command = await self._of_known_tenants(lambda: requests.activate_jobs(request, self._tenants))
        except RequestInvalid as invalid:
            await refuse(context, invalid.status, str(invalid))
        try:
            if request.requestTimeout < 0:
                jobs = await self._dispatch.jobs_now(command)
            else:
                jobs = await self._dispatch.jobs(command, request.requestTimeout / 1000 or LONG_POLLING_SECONDS)
        except CommandRejected as rejected:
            await refuse(context, GRPC_STATUS[rejected.rejection_type], sentence(command, rejected))
        await self._send(jobs, context)

    async def _send(self, jobs: tuple[ActivatedJob, ...], context: Context) -> None:
        """Write jobs in as few responses as fit; what cannot be written any more is given back."""
        sent = 0
        try:
            for group in responses.in_responses(jobs):
                response = pb.ActivateJobsResponse(jobs=[responses.activated_job(job) for job in group])
                await context.write(response)
                sent += len(group)
        except grpc.aio.BaseError:
            log.info("client_left", jobs=len(jobs) - sent)
        finally:
            self._dispatch.give_back(jobs[sent:])

    async def StreamActivatedJobs(  # noqa: N802 - named by gateway.proto
        self, request: pb.StreamActivatedJobsRequest, context: Context
    ) -> None:
        try:
            command = await self._of_known_tenants(
                lambda: requests.stream_activated_jobs(request, self._tenants, STREAMED_AT_ONCE)
            )
        except RequestInvalid as invalid:
            await refuse(context, invalid.status, str(invalid))
        try:
            with self._dispatch.stream(command):
                # Whoever waits for the answer's beginning knows that no job is missed from then on.
                await context.send_initial_metadata(())
                while jobs := await self._dispatch.jobs(command, None):
                    if not await self._stream(jobs, context):
                        return
        except CommandRejected as rejected:
            await refuse(context, GRPC_STATUS[rejected.rejection_type], sentence(command, rejected))

    async def _stream(self, jobs: tuple[ActivatedJob, ...], context: Context) -> bool:
        """Write jobs as fast as the client reads; those that a slow one keeps waiting go to others. False: it has left."""
        unsent = deque(jobs)

        being_sent: ActivatedJob | None = None

        def give_back() -> None:
            self._dispatch.give_back(tuple(unsent))
            unsent.clear()

        stalled = asyncio.get_running_loop().call_later(STALLED_SECONDS, give_back)
        try:
            while unsent:
                being_sent = unsent.popleft()
                await context.write(responses.activated_job(being_sent))
                being_sent = None
        except grpc.aio.BaseError:
            log.info("client_left", jobs=len(unsent) + 1)
            return False
        finally:
            stalled.cancel()
            if being_sent is not None:
                unsent.append(being_sent)
            give_back()
        return True
