"""Recorded runs in the folders of their processes: `processes/<name>/zeebe_runs.json`, beside the model."""

from collections.abc import Sequence
from pathlib import Path

import structlog
from pydantic import TypeAdapter, ValidationError

from services.engine_runs.run import EngineRun, InMemoryEngineRuns, checksum, numbers_of

log = structlog.get_logger(__name__)
FILE_NAME = "zeebe_runs.json"
_RUNS = TypeAdapter(tuple[EngineRun, ...])
_MAX_BYTES = 1024 * 1024


class FolderEngineRuns:
    """Reads once what a checkout has; a file that cannot be read proves nothing and is named in the log."""

    def __init__(self, processes: Path) -> None:
        self._processes = processes
        self._read: InMemoryEngineRuns | None = None

    def of(self, bpmn_process_id: str, model: bytes) -> tuple[EngineRun, ...]:
        if self._read is None:
            self._read = InMemoryEngineRuns(
                run for path in sorted(self._processes.glob(f"*/{FILE_NAME}")) for run in _runs(path)
            )
        return self._read.of(bpmn_process_id, model)


def write_runs(folder: Path, runs: Sequence[EngineRun], zeebe_version: str) -> Path:
    """Put a process folder's runs on a version of Zeebe into its file, in place of earlier ones on it.

    Runs on other versions stay as long as the models are the ones that were played there.
    """
    path = folder / FILE_NAME
    played = {checksum(model.read_bytes()) for model in folder.rglob("*.bpmn")}
    others = (
        [run for run in _runs(path) if run.zeebe_version != zeebe_version and run.checksum in played] if path.exists() else []
    )
    # In one order, whichever version was played last.
    both = sorted((*others, *runs), key=lambda run: (run.bpmn_process_id, numbers_of(run.zeebe_version)))
    path.write_bytes(_RUNS.dump_json(tuple(both), indent=2) + b"\n")
    return path


def _runs(path: Path) -> tuple[EngineRun, ...]:
    try:
        with path.open("rb") as file:
            # A file cut off here is no JSON.
            return _RUNS.validate_json(file.read(_MAX_BYTES))
    except (OSError, ValidationError) as error:
        log.warning("engine_runs_not_read", file=path.name, folder=path.parent.name, reason=str(error)[:200])
        return ()
