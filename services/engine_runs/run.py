"""One recorded run of a process, bound to the exact model it was recorded with."""

import hashlib
from collections.abc import Iterable
from datetime import date
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field


class EngineRun(BaseModel):
    """Only runs in which every scenario passed on both engines, with equal read models, are recorded."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bpmn_process_id: str = Field(min_length=1, max_length=500)
    resource_name: str = Field(max_length=500)
    # SHA-256 of the file that was played; another one says nothing about this run.
    checksum: str = Field(pattern=r"^[0-9a-f]{64}$")
    zeebe_version: str = Field(pattern=r"^\d+\.\d+\.\d+$")
    scenarios: int = Field(ge=1)
    recorded_on: date


class EngineRuns(Protocol):
    def of(self, bpmn_process_id: str, model: bytes) -> EngineRun | None:
        """The run of exactly this model, or none."""
        ...


class InMemoryEngineRuns:
    def __init__(self, runs: Iterable[EngineRun] = ()) -> None:
        self._runs = {(run.bpmn_process_id, run.checksum): run for run in runs}

    def of(self, bpmn_process_id: str, model: bytes) -> EngineRun | None:
        return self._runs.get((bpmn_process_id, checksum(model)))


def checksum(model: bytes) -> str:
    return hashlib.sha256(model).hexdigest()
