"""An asynchronous client of any Zeebe 8.5 gateway: every command is a method, named by Zeebe's verb.

Errors are those of `zeebe.errors`. A command refused for back-pressure is sent again with growing pauses; one that got no
answer only where a second time does no harm (see `zeebe.calls`). Times are milliseconds, as on the wire.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from copy import copy
from datetime import datetime
from types import TracebackType
from typing import Any, Self

import grpc
from google.protobuf.message import Message
from pyzeebe.channel import create_insecure_channel
from pyzeebe.proto import gateway_pb2 as pb
from pyzeebe.proto.gateway_pb2_grpc import GatewayStub

from zeebe import answers, wire
from zeebe.answers import ActivateInstruction, Resource
from zeebe.calls import RetryPolicy, call, translated
from zeebe.job import DEFAULT_TENANT, Job, Variables
from zeebe.user_tasks import UserTaskCalls

_OPTIONS = (
    ("grpc.keepalive_time_ms", 45_000),
    ("grpc.max_receive_message_length", 64 * 1024 * 1024),
    # A broker says all that is wrong with a model behind its answer, where eight kilobytes would be taken.
    ("grpc.max_metadata_size", 4 * 1024 * 1024),
    ("grpc.absolute_max_metadata_size", 8 * 1024 * 1024),
    # After a restart of the gateway its clients are back within a second, not two minutes.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1_000),
)
# A stream brings a job when it is read, not before: one that lies in a buffer is lost to other workers.
_STREAM_OPTIONS = (*_OPTIONS, ("grpc.http2.lookahead_bytes", 1), ("grpc.http2.bdp_probe", 0))
LATEST_VERSION = -1


class ZeebeClient:
    """One connection to a gateway; use it in `async with`, or close it."""

    def __init__(
        self,
        address: str,
        rest_url: str,
        *,
        channel: grpc.aio.Channel | None = None,
        retry: RetryPolicy | None = None,
        request_seconds: float = 20.0,
        around: Callable[[str], AbstractContextManager[object]] = nullcontext,
        carried: Callable[[], Mapping[str, Any]] = dict,
        job_tenants: Sequence[str] = (),
    ) -> None:
        """`channel` takes one made by pyzeebe, with credentials for a cluster, say.

        `around` stands around each command, by Zeebe's name of it. What `carried` gives, instances that are created begin with.
        `job_tenants` are those whose jobs are fetched; none named: all that the gateway gives who names none.
        """
        self.address = address
        # Said even so: where there are tenants, a request that names none is refused.
        self._tenant_id = DEFAULT_TENANT
        self._job_tenants = tuple(job_tenants)
        self._channel = channel or create_insecure_channel(address, _OPTIONS)
        self._stub: Any = GatewayStub(self._channel)
        self._stream_channel = channel or create_insecure_channel(address, _STREAM_OPTIONS)
        self._stream_stub: Any = GatewayStub(self._stream_channel)
        self._retry = retry or RetryPolicy()
        self._seconds = request_seconds
        self._around = around
        self._carried = carried
        self._user_tasks = UserTaskCalls(rest_url, timeout=request_seconds)

    @property
    def tenant_id(self) -> str:
        """Whose commands these are."""
        return self._tenant_id

    def of_tenant(self, tenant_id: str) -> Self:
        """The same connection, commanding for a tenant: what it deploys, creates, publishes and evaluates is that tenant's."""
        other = copy(self)
        other._tenant_id = tenant_id  # noqa: SLF001 -- our own copy
        return other

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self._user_tasks.close()
        await self._channel.close(None)
        await self._stream_channel.close(None)

    async def _call[Answer](
        self,
        send: Callable[..., Awaitable[Answer]],
        request: Message,
        *,
        is_idempotent: bool,
        seconds: float | None = None,
    ) -> Answer:
        timeout = seconds or self._seconds
        with self._around(type(request).__name__.removesuffix("Request")):
            return await call(lambda: send(request, timeout=timeout), self._retry, is_idempotent=is_idempotent)

    def _begins_with(self, variables: Mapping[str, Any] | None) -> Mapping[str, Any]:
        return {**self._carried(), **(variables or {})}

    # Definitions

    async def topology(self) -> answers.Topology:
        return wire.topology(await self._call(self._stub.Topology, pb.TopologyRequest(), is_idempotent=True))

    async def deploy_resources(self, resources: Sequence[Resource]) -> answers.Deployment:
        """Deploy files together: all or none. An unchanged file gets no new version, so repeating is harmless."""
        request = pb.DeployResourceRequest(
            resources=[pb.Resource(name=resource.name, content=resource.content) for resource in resources],
            tenantId=self._tenant_id,
        )
        return wire.deployment(await self._call(self._stub.DeployResource, request, is_idempotent=True, seconds=60))

    async def delete_resource(self, resource_key: int) -> None:
        await self._call(self._stub.DeleteResource, pb.DeleteResourceRequest(resourceKey=resource_key), is_idempotent=True)

    async def evaluate_decision(
        self, decision_id: str = "", variables: Mapping[str, Any] | None = None, *, decision_key: int = 0
    ) -> answers.DecisionEvaluation:
        request = pb.EvaluateDecisionRequest(
            decisionId=decision_id,
            decisionKey=decision_key,
            variables=wire.to_json(variables),
            tenantId=self._tenant_id,
        )
        return wire.decision_evaluation(await self._call(self._stub.EvaluateDecision, request, is_idempotent=True))

    # Process instances

    async def create_process_instance(
        self,
        bpmn_process_id: str = "",
        variables: Mapping[str, Any] | None = None,
        *,
        version: int = LATEST_VERSION,
        process_definition_key: int = 0,
        start_element_ids: Sequence[str] = (),
    ) -> answers.ProcessInstance:
        request = _creation(
            bpmn_process_id, self._begins_with(variables), version, process_definition_key, start_element_ids, self._tenant_id
        )
        return wire.process_instance(await self._call(self._stub.CreateProcessInstance, request, is_idempotent=False))

    async def create_process_instance_with_result(
        self,
        bpmn_process_id: str = "",
        variables: Mapping[str, Any] | None = None,
        *,
        version: int = LATEST_VERSION,
        process_definition_key: int = 0,
        start_element_ids: Sequence[str] = (),
        fetch_variables: Sequence[str] = (),
        request_timeout_ms: int = 15_000,
    ) -> answers.ProcessInstanceResult:
        """Create an instance and wait for its end; `DeadlineExceeded` leaves it running."""
        request = pb.CreateProcessInstanceWithResultRequest(
            request=_creation(
                bpmn_process_id,
                self._begins_with(variables),
                version,
                process_definition_key,
                start_element_ids,
                self._tenant_id,
            ),
            requestTimeout=request_timeout_ms,
            fetchVariables=fetch_variables,
        )
        answer = await self._call(
            self._stub.CreateProcessInstanceWithResult, request, is_idempotent=False, seconds=request_timeout_ms / 1000 + 5
        )
        return wire.process_instance_result(answer)

    async def cancel_process_instance(self, process_instance_key: int) -> None:
        request = pb.CancelProcessInstanceRequest(processInstanceKey=process_instance_key)
        await self._call(self._stub.CancelProcessInstance, request, is_idempotent=True)

    async def modify_process_instance(
        self,
        process_instance_key: int,
        *,
        activate: Sequence[ActivateInstruction] = (),
        terminate_element_instance_keys: Sequence[int] = (),
    ) -> None:
        modification = pb.ModifyProcessInstanceRequest
        request = modification(
            processInstanceKey=process_instance_key,
            activateInstructions=[
                modification.ActivateInstruction(
                    elementId=instruction.element_id,
                    ancestorElementInstanceKey=instruction.ancestor_element_instance_key,
                    variableInstructions=[
                        modification.VariableInstruction(variables=wire.to_json(variables), scopeId=scope_id)
                        for scope_id, variables in instruction.variables.items()
                    ],
                )
                for instruction in activate
            ],
            terminateInstructions=[
                modification.TerminateInstruction(elementInstanceKey=key) for key in terminate_element_instance_keys
            ],
        )
        await self._call(self._stub.ModifyProcessInstance, request, is_idempotent=False)

    async def migrate_process_instance(
        self, process_instance_key: int, target_process_definition_key: int, mapping: Mapping[str, str]
    ) -> None:
        """Move an instance to another definition; `mapping` says what each active element becomes."""
        migration = pb.MigrateProcessInstanceRequest
        plan = migration.MigrationPlan(
            targetProcessDefinitionKey=target_process_definition_key,
            mappingInstructions=[
                migration.MappingInstruction(sourceElementId=source, targetElementId=target)
                for source, target in mapping.items()
            ],
        )
        request = migration(processInstanceKey=process_instance_key, migrationPlan=plan)
        await self._call(self._stub.MigrateProcessInstance, request, is_idempotent=False)

    async def set_variables(self, element_instance_key: int, variables: Mapping[str, Any], *, local: bool = False) -> int:
        request = pb.SetVariablesRequest(
            elementInstanceKey=element_instance_key, variables=wire.to_json(variables), local=local
        )
        key: int = (await self._call(self._stub.SetVariables, request, is_idempotent=True)).key
        return key

    async def resolve_incident(self, incident_key: int) -> None:
        await self._call(self._stub.ResolveIncident, pb.ResolveIncidentRequest(incidentKey=incident_key), is_idempotent=True)

    # Messages and signals

    async def publish_message(
        self,
        name: str,
        correlation_key: str,
        variables: Mapping[str, Any] | None = None,
        *,
        time_to_live_ms: int = 3_600_000,
        message_id: str = "",
    ) -> int:
        """Publish a message and return its key; with a `message_id` a repetition is `AlreadyExists` while it lives."""
        request = pb.PublishMessageRequest(
            name=name,
            correlationKey=correlation_key,
            timeToLive=time_to_live_ms,
            messageId=message_id,
            variables=wire.to_json(variables),
            tenantId=self._tenant_id,
        )
        key: int = (await self._call(self._stub.PublishMessage, request, is_idempotent=bool(message_id))).key
        return key

    async def broadcast_signal(self, signal_name: str, variables: Mapping[str, Any] | None = None) -> int:
        request = pb.BroadcastSignalRequest(signalName=signal_name, variables=wire.to_json(variables), tenantId=self._tenant_id)
        key: int = (await self._call(self._stub.BroadcastSignal, request, is_idempotent=False)).key
        return key

    # Jobs

    async def activate_jobs(
        self,
        job_type: str,
        *,
        worker: str,
        timeout_ms: int = 60_000,
        max_jobs: int = 32,
        fetch_variables: Sequence[str] = (),
        request_timeout_ms: int = 10_000,
    ) -> list[Job]:
        """Jobs to work on until their time-out; waits for the first, unless `request_timeout_ms` is negative."""
        request = pb.ActivateJobsRequest(
            type=job_type,
            worker=worker,
            timeout=timeout_ms,
            maxJobsToActivate=max_jobs,
            fetchVariable=fetch_variables,
            requestTimeout=request_timeout_ms,
            tenantIds=self._job_tenants,
        )
        seconds = max(request_timeout_ms, 0) / 1000 + self._seconds
        jobs: list[Job] = []
        try:
            async for response in self._stub.ActivateJobs(request, timeout=seconds):
                jobs.extend(wire.job(message) for message in response.jobs)
        except grpc.aio.AioRpcError as error:
            # Jobs that came before the connection broke are ours; the next call will meet the error again.
            if not jobs:
                raise translated(error) from error
        return jobs

    async def stream_activated_jobs(
        self, job_type: str, *, worker: str, timeout_ms: int = 60_000, fetch_variables: Sequence[str] = ()
    ) -> AsyncGenerator[Job]:
        """Jobs as they come, until the caller stops reading; the engine hands out no more than is read."""
        request = pb.StreamActivatedJobsRequest(
            type=job_type,
            worker=worker,
            timeout=timeout_ms,
            fetchVariable=fetch_variables,
            tenantIds=self._job_tenants,
        )
        stream = self._stream_stub.StreamActivatedJobs(request)
        try:
            async for message in stream:
                yield wire.job(message)
        except grpc.aio.AioRpcError as error:
            raise translated(error) from error
        finally:
            stream.cancel()

    async def complete_job(self, job_key: int, variables: Mapping[str, Any] | None = None) -> None:
        request = pb.CompleteJobRequest(jobKey=job_key, variables=wire.to_json(variables))
        await self._call(self._stub.CompleteJob, request, is_idempotent=True)

    async def fail_job(
        self,
        job_key: int,
        *,
        retries: int,
        error_message: str = "",
        retry_back_off_ms: int = 0,
        variables: Mapping[str, Any] | None = None,
    ) -> None:
        """Give a job back with the retries that are left; 0 makes an incident."""
        request = pb.FailJobRequest(
            jobKey=job_key,
            retries=retries,
            errorMessage=error_message,
            retryBackOff=retry_back_off_ms,
            variables=wire.to_json(variables),
        )
        await self._call(self._stub.FailJob, request, is_idempotent=False)

    async def throw_error(
        self, job_key: int, error_code: str, error_message: str = "", variables: Variables | None = None
    ) -> None:
        """Throw a BPMN error at the job's element."""
        request = pb.ThrowErrorRequest(
            jobKey=job_key, errorCode=error_code, errorMessage=error_message, variables=wire.to_json(variables)
        )
        await self._call(self._stub.ThrowError, request, is_idempotent=True)

    async def update_job_retries(self, job_key: int, retries: int) -> None:
        request = pb.UpdateJobRetriesRequest(jobKey=job_key, retries=retries)
        await self._call(self._stub.UpdateJobRetries, request, is_idempotent=True)

    async def update_job_timeout(self, job_key: int, timeout_ms: int) -> None:
        """Give the worker of a job this much time from now."""
        request = pb.UpdateJobTimeoutRequest(jobKey=job_key, timeout=timeout_ms)
        await self._call(self._stub.UpdateJobTimeout, request, is_idempotent=True)

    # User tasks

    async def complete_user_task(
        self, user_task_key: int, variables: Mapping[str, Any] | None = None, *, action: str = "complete"
    ) -> None:
        await self._user_tasks.complete(user_task_key, variables, action)

    async def assign_user_task(
        self, user_task_key: int, assignee: str, *, allow_override: bool = True, action: str = "assign"
    ) -> None:
        """Assign a user task; without `allow_override` one that is assigned already is refused."""
        await self._user_tasks.assign(user_task_key, assignee, allow_override=allow_override, action=action)

    async def unassign_user_task(self, user_task_key: int) -> None:
        await self._user_tasks.unassign(user_task_key)

    async def update_user_task(
        self,
        user_task_key: int,
        *,
        candidate_groups: Sequence[str] | None = None,
        candidate_users: Sequence[str] | None = None,
        due_date: datetime | str | None = None,
        follow_up_date: datetime | str | None = None,
        action: str = "update",
    ) -> None:
        """Change attributes; None leaves one as it is, an empty value clears it."""
        await self._user_tasks.update(
            user_task_key,
            candidate_groups=candidate_groups,
            candidate_users=candidate_users,
            due_date=due_date,
            follow_up_date=follow_up_date,
            action=action,
        )


def _creation(
    bpmn_process_id: str,
    variables: Mapping[str, Any] | None,
    version: int,
    process_definition_key: int,
    start_element_ids: Sequence[str],
    tenant_id: str,
) -> pb.CreateProcessInstanceRequest:
    return pb.CreateProcessInstanceRequest(
        bpmnProcessId=bpmn_process_id,
        processDefinitionKey=process_definition_key,
        version=version,
        variables=wire.to_json(variables),
        startInstructions=[
            pb.ProcessInstanceCreationStartInstruction(elementId=element_id) for element_id in start_element_ids
        ],
        tenantId=tenant_id,
    )
