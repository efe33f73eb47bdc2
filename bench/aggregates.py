"""What pages' aggregates cost with and without their cache: `python -m bench.aggregates [INSTANCES] [URL]`.

A history of so many instances of a process of twenty elements over ninety days, a tenth of them running, in SQLite in a
temporary folder unless a URL is given. Each question is asked again and again at a standing position; then by twenty at once
at one that moves meanwhile, as it does while the engine works.
"""

import random
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import batched
from pathlib import Path

from sqlalchemy import Engine, Table, insert, update

import history.tables as t
from bootstrap.aggregates import CachedQueries
from history.database import open_engine
from history.queries import Queries
from services.aggregates import AggregateCache, InMemoryStore

ELEMENTS = 20
DAYS = 90
ROUNDS = 10
ASKERS = 20
HOUR_MS = 3_600_000
NOW = datetime.now(UTC)
NOW_MS = int(NOW.timestamp() * 1000)
TENANT = "<default>"


def fill(engine: Engine, count: int) -> None:
    t.metadata.create_all(engine)
    dice = random.Random(1)
    _put(engine, t.projection, [{"partition_id": 1, "position": 1, "timestamp": NOW_MS}])
    _put(engine, t.process_definition, [_definition()])
    _put(engine, t.process_element, [_element(number) for number in range(ELEMENTS)])
    for numbers in batched(range(count), 20_000):
        _put(engine, t.process_instance, [_instance(number, count) for number in numbers])
        _put(engine, t.element_instance, [_token(number, dice) for number in numbers if number % 10 == 0])
    hours = [NOW_MS // HOUR_MS * HOUR_MS - hour * HOUR_MS for hour in range(DAYS * 24)]
    each = count // len(hours)
    for hour in hours:
        _put(engine, t.heat_map, [_sums(number, hour, each) for number in range(-1, ELEMENTS)])
        _put(engine, t.heat_map_flow, [{**_place(number, hour), "taken": each} for number in range(ELEMENTS)])
        buckets = [
            {**_place(number, hour), "element_type": "SERVICE_TASK", "bucket": bucket, "count": 5}
            for number in range(ELEMENTS)
            for bucket in dice.sample(range(40, 200), 8)
        ]
        _put(engine, t.heat_map_duration, buckets)


def measure(engine: Engine, name: str, ask: Callable[[Queries], object]) -> None:
    plain, kept = Queries(engine), CachedQueries(engine, AggregateCache(InMemoryStore()))
    without = _milliseconds(lambda: ask(plain))
    ask(kept)
    standing = _milliseconds(lambda: ask(kept))
    position = [1]

    def moving() -> None:
        """So many ask at once, and the position moves meanwhile."""
        with ThreadPoolExecutor(ASKERS) as askers:
            for asked in [askers.submit(ask, kept) for _ in range(ASKERS)]:
                asked.result()
                position[0] += 1
                with engine.begin() as connection:
                    connection.execute(update(t.projection).values(position=position[0]))

    print(f"{name:<28}{without:>10.2f}{standing:>12.3f}{_milliseconds(moving, 3) / ASKERS:>12.3f}")


def _milliseconds(ask: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Of one question, in the mean."""
    started = time.perf_counter()
    for _round in range(rounds):
        ask()
    return (time.perf_counter() - started) / rounds * 1000


def _put(engine: Engine, table: Table, rows: list[dict[str, object]]) -> None:
    if rows:
        with engine.begin() as connection:
            connection.execute(insert(table), rows)


def _definition() -> dict[str, object]:
    names = {"bpmn_process_id": "order", "version": 1, "name": "Order", "resource_name": "order.bpmn"}
    return {"key": 1, "tenant_id": TENANT, **names, "checksum": "", "xml": "", "deployed_at": 0}


def _element(number: int) -> dict[str, object]:
    names = {"element_id": f"e{number}", "ordinal": number, "element_type": "SERVICE_TASK", "name": f"Element {number}"}
    return {"process_definition_key": 1, **names, "scope_id": "order", "source_id": "", "target_id": ""}


def _instance(number: int, count: int) -> dict[str, object]:
    is_running = number % 10 == 0
    started = NOW_MS - (count - number) * DAYS * 24 * HOUR_MS // count
    times = {"started_at": started, "ended_at": None if is_running else started + 60_000, "started_position": number}
    own = {"key": 10_000_000 + number, "tenant_id": TENANT, "bpmn_process_id": "order", "process_definition_key": 1}
    incidents = int(is_running and number % 1000 == 0)
    return {
        **own,
        **times,
        "version": 1,
        "state": "ACTIVE" if is_running else "COMPLETED",
        "root_process_instance_key": 10_000_000 + number,
        "incident_count": incidents,
        "tree_incident_count": incidents,
    }


def _token(number: int, dice: random.Random) -> dict[str, object]:
    place = {
        "element_id": f"e{dice.randrange(ELEMENTS)}",
        "element_type": "SERVICE_TASK",
        "flow_scope_key": 10_000_000 + number,
    }
    own = {"key": 20_000_000 + number, "tenant_id": TENANT, "process_instance_key": 10_000_000 + number}
    times = {"state": "ACTIVE", "started_at": NOW_MS, "started_position": number, "incident_count": int(number % 1000 == 0)}
    return {**own, "process_definition_key": 1, "bpmn_process_id": "order", **place, **times}


def _place(number: int, hour: int) -> dict[str, object]:
    return {"process_definition_key": 1, "element_id": f"e{number}", "hour": hour, "tenant_id": TENANT}


def _sums(number: int, hour: int, each: int) -> dict[str, object]:
    is_process = number < 0
    place = {**_place(number, hour), "element_id": "order" if is_process else f"e{number}"}
    counted = {"entered": each, "completed": each, "terminated": 0, "incidents": 0, "completed_ms": each * 1000}
    return {**place, "element_type": "PROCESS" if is_process else "SERVICE_TASK", **counted}


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 356_000
    with tempfile.TemporaryDirectory(prefix="penstock-bench-") as folder:
        engine = open_engine(sys.argv[2] if len(sys.argv) > 2 else f"sqlite:///{Path(folder) / 'history.db'}", durable=False)
        started = time.perf_counter()
        fill(engine, count)
        print(f"{count:,} instances of {ELEMENTS} elements over {DAYS} days, made in {time.perf_counter() - started:.0f} s")
        print(f"{'milliseconds a question':<28}{'no cache':>10}{'standing':>12}{'moving':>12}")
        month = NOW - timedelta(days=30)
        measure(engine, "heat map, all time", lambda queries: queries.heat_map("order"))
        measure(engine, "heat map, thirty days", lambda queries: queries.heat_map("order", None, month, NOW))
        measure(engine, "start page's counts", lambda queries: queries.summary(NOW - timedelta(days=1)))
        measure(engine, "throughput, thirty days", lambda queries: queries.throughput(month, NOW, "day"))
        measure(engine, "list of processes", lambda queries: queries.processes())
        engine.dispose()


if __name__ == "__main__":
    main()
