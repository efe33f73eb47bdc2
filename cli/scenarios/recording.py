"""Writing down which processes gave the same on both engines: what the badge on a process's page shows."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from cli.scenarios.player import Outcome
from engine.bpmn import read_bpmn
from services.engine_runs import EngineRun, checksum
from services.engine_runs.folder import write_runs
from zeebe.deployment import deployable_files


def record(outcomes: Sequence[Outcome], version: str, processes: Path) -> list[Path]:
    """Write a file in each process's folder; where a scenario failed, nothing stands in it of this version."""
    written = []
    for folder in sorted(path for path in processes.iterdir() if (path / "scenarios").is_dir()):
        mine = [outcome for outcome in outcomes if outcome.case.path.is_relative_to(folder)]
        if mine:
            passed = all(outcome.passed for outcome in mine)
            written.append(write_runs(folder, _runs(folder, mine, version) if passed else [], version))
    return written


def _runs(folder: Path, outcomes: Sequence[Outcome], version: str) -> list[EngineRun]:
    """One for each process of the folder that at least one scenario entered."""
    runs = []
    for path in deployable_files([folder]):
        if path.suffix.lower() != ".bpmn":
            continue
        content = path.read_bytes()
        for definition in read_bpmn(content, path.name):
            process_id = definition.bpmn_process_id
            entered = sum(any(place[0] == process_id for place in outcome.seen.reached) for outcome in outcomes)
            if entered:
                runs.append(
                    EngineRun(
                        bpmn_process_id=process_id,
                        resource_name=path.name,
                        checksum=checksum(content),
                        zeebe_version=version,
                        scenarios=entered,
                        recorded_on=datetime.now(UTC).date(),
                    )
                )
    return runs
