"""What a scenario proves, read from the records the real engine wrote: elements, markers, commands, refusals and incidents.

`python -m tests.differential.coverage PIECE …` adds up the tables of several campaigns.
"""

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from tests.differential.scenario import Scenario

TABLE = Path(__file__).parent / "coverage.json"

RPCS = {
    "deploy": "DeployResource",
    "delete": "DeleteResource",
    "create": "CreateProcessInstance",
    "create_with_result": "CreateProcessInstanceWithResult",
    "complete": "CompleteJob",
    "fail": "FailJob",
    "throw": "ThrowError",
    "retries": "UpdateJobRetries",
    "job_timeout": "UpdateJobTimeout",
    "activate": "ActivateJobs",
    "publish": "PublishMessage",
    "broadcast": "BroadcastSignal",
    "evaluate": "EvaluateDecision",
    "set_variables": "SetVariables",
    "resolve": "ResolveIncident",
    "cancel": "CancelProcessInstance",
    "modify": "ModifyProcessInstance",
    "migrate": "MigrateProcessInstance",
    "user_task": "user tasks (REST)",
}


def covered(scenario: Scenario, records: list[dict[str, Any]], used: set[str]) -> set[str]:
    """Names of the form `group: thing`."""
    found = {f"block: {name}" for name in used}
    found |= {f"command: {RPCS[step.action]}" for step in scenario.steps if step.action in RPCS} | {"command: DeployResource"}
    for record in records:
        found |= _of(record)
    return found


def _of(record: dict[str, Any]) -> set[str]:
    value, kind, intent = record["value"], record["valueType"], record["intent"]
    if record["recordType"] == "COMMAND_REJECTION":
        return {f"rejection: {kind} {intent}: {record['rejectionType']}"}
    if record["recordType"] != "EVENT":
        return set()
    found = {f"record: {kind} {intent}"}
    if kind == "PROCESS_INSTANCE" and intent == "ELEMENT_ACTIVATED":
        event = value["bpmnEventType"]
        found.add(f"element: {value['bpmnElementType']}" + ("" if event == "UNSPECIFIED" else f", {event}"))
    if kind == "INCIDENT":
        found.add(f"incident: {value['errorType']} {intent.lower()}")
    return found


def write(path: Path, counts: Counter[str], *, played: int, differing: list[int]) -> None:
    """The table of a campaign; what was counted of restarts stays."""
    table = {
        "scenarios": played,
        "differing": sorted(differing),
        "killed": _written(path).get("killed", {}),
        "counts": dict(sorted(counts.items())),
    }
    path.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


def write_killed(path: Path, archive: str, equal: int) -> None:
    """How many scenarios of an archive go as recorded on a gateway that is killed after each step."""
    table = _written(path)
    table["killed"] = table.get("killed", {}) | {archive: equal}
    path.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


def _written(path: Path) -> dict[str, Any]:
    table: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return table


def add_up(paths: list[Path]) -> None:
    """The table of several campaigns over different seeds."""
    pieces = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    counts: Counter[str] = Counter()
    for piece in pieces:
        counts.update(piece["counts"])
    write(
        TABLE,
        counts,
        played=sum(piece["scenarios"] for piece in pieces),
        differing=[seed for piece in pieces for seed in piece["differing"]],
    )


if __name__ == "__main__":
    add_up([Path(name) for name in sys.argv[1:]])
