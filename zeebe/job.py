"""A job as its worker sees it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

# JSON objects: what an element instance holds, and what a job gives back to it.
type Variables = dict[str, Any]

DEFAULT_TENANT = "<default>"


@dataclass(frozen=True, slots=True)
class Job:
    """Work that an element of a process instance hands out; its key stays the same across retries."""

    key: int
    type: str
    process_instance_key: int
    bpmn_process_id: str
    process_definition_version: int
    process_definition_key: int
    element_id: str
    element_instance_key: int
    worker: str
    retries: int
    # Milliseconds since 1970 by the engine's clock: later another worker may get the job.
    deadline: int
    variables: Variables = field(default_factory=dict)
    custom_headers: Mapping[str, str] = field(default_factory=dict)
    tenant_id: str = DEFAULT_TENANT


class JobWorker(Protocol):
    """Anything that does jobs of one type: returns the variables to complete with, or raises.

    `BpmnError` throws the error to the process; any other exception fails the job.
    """

    @property
    def job_type(self) -> str: ...

    async def __call__(self, job: Job) -> Variables: ...
