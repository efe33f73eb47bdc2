"""What the diagram islands are fed: counts on elements and taken flows."""

from collections.abc import Mapping
from typing import Any

from history.queries import Queries, RunningHere

type Counts = dict[str, dict[str, int]]


def instance_counts(queries: Queries, process_instance_key: int) -> dict[str, Any]:
    """The badges and taken flows of one instance."""
    counts: Counts = {}
    for element in queries.element_statistics(process_instance_key):
        counts[element.element_id] = {
            "active": max(0, element.active - element.incidents),
            "incidents": element.incidents,
            "completed": element.completed,
            "canceled": element.terminated,
        }
    return {"counts": counts, "taken": [flow.element_id for flow in queries.flow_statistics(process_instance_key)]}


def process_counts(running: Mapping[str, RunningHere]) -> dict[str, Any]:
    """The badges of all instances of a process that run now."""
    return {
        "counts": {
            element_id: {"active": max(0, here.active - here.stuck), "incidents": here.stuck}
            for element_id, here in running.items()
            if here.active or here.stuck
        }
    }
