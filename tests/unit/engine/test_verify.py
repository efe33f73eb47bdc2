"""`verify` finds nothing in any state the engine writes, and everything that was broken in one."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.processing import commands as c
from engine.processing.processor import Processor
from engine.state.opening import open_reader
from engine.state.sqlite import SqliteStore
from engine.state.verify import verify
from tests.bpmn_builder import Loop, process
from tests.engine_rig import EngineRig
from tests.engine_scenarios import SCENARIOS

SEVERAL_THINGS = (
    process("several")
    .start()
    .parallel("fork")
    .service_task("work", loop=Loop("=items", "item"))
    .at("fork")
    .user_task("ask", native=True)
    .at("fork")
    .catch("wait", duration="PT1H")
    .at("fork")
    .catch("paid", message="paid", correlation_key="=ticket")
    .at("fork")
    .service_task("failing")
)


def fill(folder: Path) -> None:
    """A state with something of everything: elements, jobs, timers, user tasks, messages, an incident, locks."""
    store = SqliteStore(folder / "engine.db")
    rig = EngineRig(store)
    starts = process("by_message").start("begun", message="begin", correlation_key="=k").service_task("later").end()
    rig.deploy(SEVERAL_THINGS, starts)
    for number in range(3):
        rig.create("several", {"items": [1, 2], "ticket": f"T-{number}"})
    (job,) = rig.activate("failing", count=1)
    rig.do(c.FailJob(job.key, 0, "no"))
    rig.publish("unheard", "x", ttl=3_600_000, message_id="once")
    rig.publish("begin", "k-1", ttl=3_600_000)
    store.close()


def verified(folder: Path) -> set[str]:
    reader = open_reader(folder)
    try:
        return set(verify(reader).troubles)
    finally:
        reader.close()


@pytest.mark.parametrize("name", SCENARIOS)
def test_what_the_engine_writes_is_whole(name: str) -> None:
    rig = EngineRig()
    SCENARIOS[name](rig)

    result = verify(rig.store)

    assert list(result.lines()) == []
    assert result.counts["records"] == len(rig.records)


def test_a_state_of_everything_is_whole(tmp_path: Path) -> None:
    fill(tmp_path)

    assert verified(tmp_path) == set()


def test_a_state_in_the_midst_of_work_is_whole(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "engine.db")
    processor = Processor(store)
    many = process("many").start().service_task("work", loop=Loop("=items", "item")).end()
    processor.process(c.DeployResource((c.Resource("many.bpmn", many.xml()),)), 0)
    processor.process(c.CreateProcessInstance("many", variables={"items": list(range(500))}), 0)
    batch = processor.begin_commit()
    store.write(batch)
    store.commit(batch)
    store.close()

    assert verified(tmp_path) == set()


def sql(statement: str) -> Callable[[sqlite3.Connection], None]:
    return lambda connection: connection.executescript(statement)


def flip_a_record(connection: sqlite3.Connection) -> None:
    position, records = connection.execute(
        "SELECT last_position, records FROM record_chunk ORDER BY last_position LIMIT 1 OFFSET 2"
    ).fetchone()
    changed = records[:20] + bytes([records[20] ^ 1]) + records[21:]
    connection.execute("UPDATE record_chunk SET records = ? WHERE last_position = ?", (changed, position))


BROKEN = {
    "a job without its element instance": (
        sql(
            "DELETE FROM entity WHERE key = (SELECT max(e.key) FROM entity e JOIN entity j ON j.owner = e.owner AND j.kind = 3 "
            "WHERE e.kind = 1 AND e.key < j.key AND e.key <> e.owner)"
        ),
        "orphan",
    ),
    "an instance without its root": (
        sql("DELETE FROM entity WHERE kind = 1 AND key = owner AND lookup IS NOT NULL"),
        "orphans",
    ),
    "a timer that is gone": (sql("DELETE FROM entity WHERE kind = 4"), "lost timer"),
    "a job that is gone": (
        sql("DELETE FROM entity WHERE key = (SELECT min(key) FROM entity WHERE lookup LIKE 'j/%')"),
        "lost job",
    ),
    "a job under the wrong type": (
        sql("UPDATE entity SET lookup = 'j/else' WHERE lookup = 'j/work'"),
        "rows not found by content",
    ),
    "a timer due at another time": (sql("UPDATE entity SET due = due + 1 WHERE due IS NOT NULL"), "rows not found by content"),
    "an unreadable body": (sql("UPDATE entity SET body = x'c1' WHERE lookup = 'j/work'"), "unreadable rows"),
    "an unknown kind": (sql("UPDATE entity SET kind = 99 WHERE lookup = 'j/work'"), "unreadable rows"),
    "a key from the future": (sql("UPDATE counters SET last_key = last_key - 3"), "impossible keys"),
    "a counter that lags": (sql("UPDATE counters SET last_position = last_position - 3"), "counters behind"),
    "no counters": (sql("DELETE FROM counters"), "counters missing"),
    "a changed record": (flip_a_record, "broken record chain"),
    "a missing chunk": (
        sql(
            "DELETE FROM record_chunk WHERE last_position = (SELECT last_position FROM record_chunk "
            "ORDER BY last_position LIMIT 1 OFFSET 3)"
        ),
        "broken record chain",
    ),
    "a forgotten end": (
        sql("DELETE FROM record_chunk WHERE last_position = (SELECT max(last_position) FROM record_chunk)"),
        "unrecorded",
    ),
    "a process that is gone": (sql("DELETE FROM entity WHERE kind = 21"), "instances without definition"),
    "a lock under another key": (sql("UPDATE entity SET lookup = 'l/9/x' WHERE kind = 28"), "rows not found by content"),
    "a message id without its message": (
        sql("DELETE FROM entity WHERE kind = 20 AND lookup LIKE 'm/7/unheard%'"),
        "orphan message ids",
    ),
    "a reader beyond the end": (sql("INSERT INTO record_reader VALUES ('history', 1000000000)"), "readers ahead"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_was_broken_is_found(tmp_path: Path, name: str) -> None:
    fill(tmp_path)
    damage, trouble = BROKEN[name]
    connection = sqlite3.connect(tmp_path / "engine.db")
    damage(connection)
    connection.commit()
    connection.close()

    found = verified(tmp_path)

    assert any(entry.startswith(trouble) for entry in found), found


def test_a_page_that_was_overwritten_is_found(tmp_path: Path) -> None:
    fill(tmp_path)
    file = tmp_path / "engine.db"
    content = bytearray(file.read_bytes())
    content[4096 * 3 : 4096 * 4] = b"\xa5" * 4096
    file.write_bytes(content)

    assert "damaged file" in verified(tmp_path)


def test_findings_of_one_kind_are_counted_beyond_ten(tmp_path: Path) -> None:
    fill(tmp_path)
    connection = sqlite3.connect(tmp_path / "engine.db")
    connection.execute("UPDATE counters SET last_key = 1")
    connection.commit()
    connection.close()

    reader = open_reader(tmp_path)
    lines = list(verify(reader).lines())
    reader.close()

    assert sum("the key was never given out" in line for line in lines) == 10
    assert any(line.startswith("… and ") and line.endswith("more of: impossible keys") for line in lines)
