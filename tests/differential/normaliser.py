"""Two engines' records made comparable: keys become numbers of appearance, clocks and hash orders vanish.

Two levels: the outcome (how every element instance, job and incident ended, and each scope's variables) and, stricter, the
order of the events of each process instance.
"""

import json
from collections import defaultdict
from typing import Any

_IN_ORDER = {
    "PROCESS_INSTANCE",
    "PROCESS_EVENT",
    "JOB",
    "INCIDENT",
    "TIMER",
    "PROCESS_MESSAGE_SUBSCRIPTION",
    "PROCESS_INSTANCE_MODIFICATION",
    "MULTI_INSTANCE",
    "ESCALATION",
    "COMPENSATION_SUBSCRIPTION",
    "USER_TASK",
}
_ELEMENT_FIELDS = ("elementId", "targetElementId", "catchEventId", "handlerNodeId", "compensableActivityId")


def outcome(records: list[dict[str, Any]]) -> dict[str, list[str]]:
    """How everything ended, told without order."""
    names = _instance_names(records)
    last: dict[tuple[str, int], str] = {}
    variables: dict[tuple[int, str], str] = {}
    scopes: dict[int, str] = {}
    for record in records:
        if record["recordType"] != "EVENT":
            continue
        value, kind, key = record["value"], record["valueType"], record["key"]
        if kind == "PROCESS_INSTANCE" and record["intent"] != "SEQUENCE_FLOW_TAKEN":
            scopes[key] = f"{names.get(value['processInstanceKey'], '?')} {value['elementId']}"
            last[kind, key] = f"{scopes[key]} {value['bpmnElementType']} {record['intent']}"
        elif kind == "JOB":
            last[kind, key] = f"{value['elementId']} {value['type']} {record['intent']} retries {value['retries']}"
        elif kind == "INCIDENT":
            last[kind, key] = f"{value['elementId']} {value['errorType']} {record['intent']}"
        elif kind == "VARIABLE":
            variables[value["scopeKey"], value["name"]] = _canonical(value["value"])
    told: dict[str, list[str]] = defaultdict(list)
    for (kind, _), text in last.items():
        told[kind].append(text)
    for (scope, name), text in variables.items():
        told["VARIABLE"].append(f"{scopes.get(scope, '?')}: {name} = {text}")
    return {kind: sorted(lines) for kind, lines in sorted(told.items())}


def order(records: list[dict[str, Any]]) -> dict[str, list[str]]:
    """The events of each process instance in the order of the log."""
    names = _instance_names(records)
    told: dict[str, list[str]] = defaultdict(list)
    for record in records:
        value, kind = record["value"], record["valueType"]
        instance = names.get(value.get("processInstanceKey", -1))
        if record["recordType"] != "EVENT" or kind not in _IN_ORDER or instance is None or _is_by_the_clock(record):
            continue
        element = next((str(value[field]) for field in _ELEMENT_FIELDS if value.get(field)), "")
        told[instance].append(f"{kind} {element} {record['intent']}".replace("PROCESS_INSTANCE ", "", 1))
    return dict(told)


def _is_by_the_clock(record: dict[str, Any]) -> bool:
    """What the clock does to jobs: the real engine's clocks for jobs and for timers do not wait for each other."""
    return record["valueType"] == "JOB" and record["intent"] in {"TIMED_OUT", "RECURRED_AFTER_BACKOFF"}


def _instance_names(records: list[dict[str, Any]]) -> dict[int, str]:
    """Each process instance by its process and its number in order of appearance."""
    names: dict[int, str] = {}
    counts: dict[str, int] = defaultdict(int)
    for record in records:
        value = record["value"]
        if record["valueType"] == "PROCESS_INSTANCE" and value.get("bpmnElementType") == "PROCESS":
            key = value["processInstanceKey"]
            if key not in names and record["recordType"] == "EVENT":
                counts[value["bpmnProcessId"]] += 1
                names[key] = f"{value['bpmnProcessId']}#{counts[value['bpmnProcessId']]}"
    return names


def _canonical(text: str) -> str:
    return json.dumps(json.loads(text), sort_keys=True)
