"""A gateway that does nothing and remembers what it was asked for."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from pyzeebe.proto import gateway_pb2 as pb
from pyzeebe.proto.gateway_pb2_grpc import GatewayServicer


@dataclass
class ListeningGateway(GatewayServicer):
    address: str = ""
    # Whose jobs.
    asked: list[list[str]] = field(default_factory=list)
    # Tenant, name, correlation key and message id.
    published: list[tuple[str, str, str, str]] = field(default_factory=list)

    async def ActivateJobs(self, request, context) -> AsyncIterator[pb.ActivateJobsResponse]:  # noqa: N802 -- the RPC's name
        self.asked.append(list(request.tenantIds))
        yield pb.ActivateJobsResponse()

    async def StreamActivatedJobs(self, request, context) -> AsyncIterator[pb.ActivatedJob]:  # noqa: N802 -- the RPC's name
        self.asked.append(list(request.tenantIds))
        yield pb.ActivatedJob(key=1, type="work", variables="{}", customHeaders="{}", tenantId="acme")

    async def PublishMessage(self, request, context) -> pb.PublishMessageResponse:  # noqa: N802 -- the RPC's name
        self.published.append((request.tenantId, request.name, request.correlationKey, request.messageId))
        return pb.PublishMessageResponse(key=1, tenantId=request.tenantId)
