"""Every record of a scenario in full, made comparable: the strictest of the three levels.

Keys become the kind and number of what they name, times the distance from their record's own, JSON in text is brought into one
form. What Zeebe orders by hash (the variables of one document) is sorted. Each process instance tells its own story; what
belongs to no instance is told by value type.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from itertools import groupby
from typing import Any

# The order of these depends on the moment at which a message to another partition arrives.
_BESIDE = {"MESSAGE_SUBSCRIPTION", "MESSAGE_START_EVENT_SUBSCRIPTION"}
# Nothing that happens: the engine's own bookkeeping and errors in its log.
_UNTOLD = {"CHECKPOINT", "COMMAND_DISTRIBUTION", "ERROR"}
_TIMES = {"dueDate", "deadline", "recurringTime", "creationTimestamp"}
_JSON_TEXTS = {"value", "decisionOutput", "inputValue", "outputValue", "variables"}
_SETS = {"ancestorScopeKeys", "decisionsMetadata"}
_A_YEAR = 31_536_000_000
_ENUMERATION = re.compile(r"\[([A-Z_]+(?:, [A-Z_]+)+)\]")
_QUOTED = re.compile(r"'[\w-]+'(?:, '[\w-]+')+")
_LONG_NUMBER = re.compile(r"\b\d{13,}\b")
# Jobs that the clock gives back: the real engine's clocks for jobs and for timers do not wait for each other.
_BY_THE_CLOCK = re.compile(r"JOB \S* (RECURRED_AFTER_BACKOFF|TIMED_OUT) ")
_CLOCK_TOO_LATE = re.compile(r"JOB \S* (RECUR_AFTER_BACKOFF|TIME_OUT) ")
_NOT_ACTIVE = re.compile(r"^TIMER .* the timer is not active anymore$")
_NAME = re.compile(r"[\w.-]+#\d+")
_INSTANCE = re.compile(r" instance (\d+)$")
_DECIMALS_OF_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?")

type Record = dict[str, Any]


def stories(records: list[Record]) -> dict[str, list[str]]:
    """What was recorded, by process instance or value type, one line for each event and refused command."""
    names = _Names()
    told: dict[str, list[str]] = defaultdict(list)
    for record in _unhashed([record for record in records if _is_told(record)]):
        told[names.story(record)].append(_line(record, names))
    return dict(told)


def settled(told: dict[str, list[str]]) -> dict[str, list[str]]:
    """Stories without what depends on which of two independent things was first.

    Keys are numbered anew, story by story: whether a timer fired in one instance before a command reached another does not
    matter. What the clock does to jobs is told beside their instances.
    """
    apart: dict[str, list[str]] = {}
    for name, lines in told.items():
        by_clock = [line for line in lines if _BY_THE_CLOCK.match(line)]
        if by_clock:
            apart["JOB by the clock"] = sorted([*apart.get("JOB by the clock", ()), *by_clock])
        others = _asked_once(line for line in lines if not _BY_THE_CLOCK.match(line) and not _CLOCK_TOO_LATE.match(line))
        if others:
            apart[name] = others
    names = _Renamed()
    return {name: names.in_story(name, apart[name]) for name in sorted(apart, key=_place)}


def _asked_once(lines: Iterable[str]) -> list[str]:
    """A timer that is refused for good is asked again when another is due, and after each start of its engine."""
    told = list(lines)
    return [line for place, line in enumerate(told) if not _NOT_ACTIVE.match(line) or line not in told[:place]]


class _Renamed:
    """New names for what is named in stories: the story that names it first, and its number there."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def in_story(self, story: str, lines: list[str]) -> list[str]:
        instance = _INSTANCE.search(story)
        label = instance[1] if instance else story
        count = 0

        def rename(found: re.Match[str]) -> str:
            nonlocal count
            if found[0] not in self._names:
                count += 1
                self._names[found[0]] = f"#{label}.{count}"
            return self._names[found[0]]

        return [_NAME.sub(rename, line) for line in lines]


def _place(name: str) -> tuple[int, str]:
    """Process instances in their order, then the rest by name."""
    instance = _INSTANCE.search(name)
    return (int(instance[1]), "") if instance else (1 << 30, name)


def _is_told(record: Record) -> bool:
    if record["valueType"] in _UNTOLD:
        return False
    if record["valueType"] == "JOB_BATCH" and not record["value"].get("jobs"):
        # A worker that asked in vain leaves nothing in our log.
        return False
    if record["valueType"] == "MESSAGE" and record["intent"] == "EXPIRED" and record["value"].get("timeToLive") == -1:
        # The real engine looks for messages past their time once a minute; neither correlates one of them.
        return False
    return record["recordType"] == "EVENT" or record["recordType"] == "COMMAND_REJECTION"


def _unhashed(records: list[Record]) -> list[Record]:
    """The variables of one scope and the decisions of one graph come in the order of a hash table: each run is sorted."""
    ordered: list[Record] = []
    for (run, _), grouped in groupby(records, key=lambda record: (_run(record), record["recordType"])):
        entries = list(grouped)
        ordered += entries if run is None else sorted(entries, key=lambda entry: str(entry["value"][run[0]]))
    return ordered


def _run(record: Record) -> tuple[str, int] | None:
    """The field by which a run is sorted, and what its records share."""
    if record["valueType"] == "VARIABLE":
        return "name", record["value"]["scopeKey"]
    return ("decisionId", 0) if record["valueType"] == "DECISION" else None


class _Names:
    """Names for keys, given as they appear."""

    def __init__(self) -> None:
        self._names: dict[int, str] = {}
        self._counts: dict[str, int] = defaultdict(int)
        self._instances: dict[int, str] = {}

    def of(self, key: int, kind: str) -> str:
        if key < 0:
            return str(key)
        if key not in self._names:
            self._counts[kind] += 1
            self._names[key] = f"{kind}#{self._counts[kind]}"
        return self._names[key]

    def story(self, record: Record) -> str:
        value, kind = record["value"], record["valueType"]
        key = value.get("processInstanceKey", -1)
        if kind in _BESIDE or not isinstance(key, int) or key <= 0 or record["recordType"] != "EVENT":
            return f"{kind} {record['recordType']}" if record["recordType"] != "EVENT" else kind
        if key not in self._instances:
            self._instances[key] = f"{value.get('bpmnProcessId', '?')} instance {len(self._instances) + 1}"
        return self._instances[key]


def _line(record: Record, names: _Names) -> str:
    value, kind = record["value"], record["valueType"]
    own = names.of(record["key"], _kind_of(record))
    # A refused command is told by its reason: Zeebe fills up its value with the defaults of its many fields.
    told = _told(value, names, record["timestamp"]) if record["recordType"] == "EVENT" else {}
    line = (
        f"{kind} {value.get('elementId') or ''} {record['intent']} {own} {json.dumps(told, sort_keys=True, ensure_ascii=False)}"
    )
    if record["recordType"] == "COMMAND_REJECTION":
        reason = _ENUMERATION.sub(lambda found: str(sorted(found[1].split(", "))), record["rejectionReason"])
        reason = _QUOTED.sub(lambda found: ", ".join(sorted(found[0].split(", "))), reason)
        line += f" {record['rejectionType']} {_without_keys(reason)}"
    return line


def _kind_of(record: Record) -> str:
    value = record["value"]
    is_event = record["recordType"] == "EVENT"
    if is_event and record["valueType"] == "PROCESS_INSTANCE" and record["intent"] != "SEQUENCE_FLOW_TAKEN":
        return str(value["elementId"])
    return str(record["valueType"]).lower()


def _told(value: Any, names: _Names, now: int, field: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _told(entry, names, now, name) for name, entry in sorted(value.items()) if name != "resource"}
    if isinstance(value, list):
        entries = [_told(entry, names, now, field) for entry in value]
        return sorted(entries, key=str) if field in _SETS else entries
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int) and (field.endswith(("Key", "Keys", "key")) or value > 1 << 50):
        return names.of(value, field.removesuffix("s"))
    if field in _TIMES and isinstance(value, int) and value > 0:
        return _moment(value, now)
    if field in _TIMES and isinstance(value, int) and value < -1:
        # Too long a time came out on the other side of 64 bits.
        return "long ago"
    if isinstance(value, str):
        return _text(value, field)
    return value


def _moment(value: int, now: int) -> str:
    """Clocks run on while a scenario is played, by less than a second; its own distances are multiples of five."""
    return f"at {value}" if abs(value - now) > _A_YEAR else f"{5 * round((value - now) / 5000)} s"


def _text(value: str, field: str) -> str:
    if field in _JSON_TEXTS:
        try:
            return json.dumps(json.loads(value), sort_keys=True)
        except ValueError:
            return value
    return _without_keys(value)


def _without_keys(text: str) -> str:
    return _DECIMALS_OF_TIME.sub("TIME", _LONG_NUMBER.sub("KEY", text))
