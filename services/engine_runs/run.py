"""One recorded run of a process, bound to the exact model it was recorded with."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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
    def of(self, bpmn_process_id: str, model: bytes) -> tuple[EngineRun, ...]:
        """The runs of exactly this model, one for each version of Zeebe it was played on."""
        ...


class InMemoryEngineRuns:
    def __init__(self, runs: Iterable[EngineRun] = ()) -> None:
        self._runs = tuple(runs)

    def of(self, bpmn_process_id: str, model: bytes) -> tuple[EngineRun, ...]:
        played = checksum(model)
        return tuple(run for run in self._runs if (run.bpmn_process_id, run.checksum) == (bpmn_process_id, played))


@dataclass(frozen=True, slots=True)
class Agreement:
    """So many scenarios gave the same on these versions of Zeebe; `recorded_on` is the day of the oldest run."""

    scenarios: int
    zeebe_versions: tuple[str, ...]
    recorded_on: date


def agreements(runs: Sequence[EngineRun]) -> list[Agreement]:
    """Runs of one model, those with as many scenarios told together; the most scenarios first."""
    by_number: dict[int, list[EngineRun]] = {}
    for run in runs:
        by_number.setdefault(run.scenarios, []).append(run)
    return [
        Agreement(
            number,
            tuple(sorted((run.zeebe_version for run in found), key=numbers_of)),
            min(run.recorded_on for run in found),
        )
        for number, found in sorted(by_number.items(), reverse=True)
    ]


def numbers_of(version: str) -> list[int]:
    """What versions are put in order by: 8.10.0 comes after 8.6.0."""
    return [int(part) for part in version.split(".")]


def checksum(model: bytes) -> str:
    return hashlib.sha256(model).hexdigest()
