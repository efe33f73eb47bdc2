"""Every total of every report is what SQL says of the same rows: in the JSON, in the cells of the workbook, and in what the
workbook's formulas make of those cells. On each database, over rows drawn from several seeds."""

import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from sqlalchemy import Engine

from bootstrap.reports import build_report
from services.reports import ReportFormat, Scope, write_report
from tests.databases import empty_database
from tests.report_seeds import Seeds, seeded_clocks, seeded_drafts, seeded_tasks, seeded_tickets
from tests.workbooks import Block, blocks

SEEDS = (1, 2, 3)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One database with the rows of all seeds: each report is to leave the other months out."""
    url = f"sqlite:///{tmp_path_factory.mktemp('reports') / 'test.db'}"
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_server")
        url = server.url(server.create_database())
    made = empty_database(url)
    for seeds in map(Seeds.of, SEEDS):
        for fill in (seeded_tickets, seeded_tasks, seeded_clocks, seeded_drafts):
            fill(made, seeds)
    yield made
    made.dispose()


@pytest.fixture(params=SEEDS)
def scope(request: pytest.FixtureRequest) -> Scope:
    return Seeds.of(request.param).scope


@dataclass(frozen=True)
class Made:
    """A report in both files, and the database it was made of."""

    engine: Engine
    json: Mapping[str, Any]
    blocks: Mapping[str, Block]

    @classmethod
    @cache
    def of(cls, engine: Engine, name: str, scope: Scope) -> "Made":
        files = {}
        for each in (ReportFormat.JSON, ReportFormat.XLSX):
            out = io.BytesIO()
            write_report(build_report(engine, name, scope), each, out)
            files[each] = out.getvalue()
        return cls(engine, json.loads(files[ReportFormat.JSON]), blocks(files[ReportFormat.XLSX]))

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        with self.engine.connect() as connection:
            return [tuple(map(_number, row)) for row in connection.exec_driver_sql(query)]

    def agrees(self, key: str, query: str, *, keys: int = 1, sums: int = 0) -> None:
        """A summary's rows are those of the query; its first `sums` numbers add up to the query's, by SQL."""
        expected = sorted(self.ask(query))
        assert expected, f"nothing was drawn for {key}"
        [table] = [each for each in self.json["summary"] if each["key"] == key]
        # Money is a text in JSON, so that nobody's number rounds it.
        shown = sorted(tuple(float(value) if name == "cost" else value for name, value in row.items()) for row in table["rows"])
        block = self.blocks[table["title"]]
        width = len(expected[0])
        assert [row[:width] for row in shown] == [pytest.approx(row) for row in expected]
        assert sorted(row[:width] for row in block.rows) == [pytest.approx(row) for row in expected]
        if sums:
            names = [f"c{number}" for number in range(width)]
            wanted = ", ".join(f"SUM({name})" for name in names[keys : keys + sums])
            [total] = self.ask(f"WITH t ({', '.join(names)}) AS ({query}) SELECT {wanted} FROM t")
            assert list(block.totals.values()) == pytest.approx(list(total))
        else:
            assert block.totals == {}

    def rows_agree(self, query: str) -> None:
        """Under the long table stand the count and the means that SQL counts; the JSON has as many rows."""
        [(count, *means)] = self.ask(query)
        block = next(each for each in self.blocks.values() if len(each.rows) == count and count in each.totals.values())
        assert len(self.json["rows"]) == count > 0
        assert list(block.totals.values()) == pytest.approx([count, *means])


def _number(value: Any) -> Any:
    return value if value is None or isinstance(value, str) else int(value) if value == int(value) else float(value)


def ranked(rows: str, counts: str) -> str:
    """Per group `g` of `rows` some counts, then the median and the 95th percentile of `ms` by nearest rank."""
    return f"""
        SELECT g, {counts}, MIN(CASE WHEN n * 100 >= 50 * c THEN ms END), MIN(CASE WHEN n * 100 >= 95 * c THEN ms END)
        FROM (SELECT rows_of.*, COUNT(ms) OVER (PARTITION BY g) AS c,
                ROW_NUMBER() OVER (PARTITION BY g ORDER BY CASE WHEN ms IS NULL THEN 1 ELSE 0 END, ms) AS n
            FROM ({rows}) AS rows_of) AS ranked GROUP BY g"""


def ms(moment: Any) -> int:
    return round(moment.timestamp() * 1000)


@pytest.mark.parametrize(
    ("key", "group"),
    [
        ("by_team", "COALESCE(NULLIF(team, ''), '–')"),
        ("by_category", "COALESCE(NULLIF(category, ''), '–')"),
        ("by_day", "SUBSTR(CAST(created_at AS VARCHAR(30)), 1, 10)"),
    ],
)
def test_tickets(engine: Engine, scope: Scope, key: str, group: str) -> None:
    took = {
        "sqlite": "CAST(ROUND((JULIANDAY(closed_at) - JULIANDAY(created_at)) * 86400000) AS INTEGER)",
        "postgresql": "CAST(ROUND(EXTRACT(EPOCH FROM closed_at - created_at) * 1000) AS BIGINT)",
    }[engine.dialect.name]
    inside = f"""FROM ticket WHERE tenant_id = '<default>' AND created_at >= '{scope.period.start:%Y-%m-%d %H:%M:%S.%f}'
        AND created_at < '{scope.period.end:%Y-%m-%d %H:%M:%S.%f}'"""

    report = Made.of(engine, "tickets", scope)

    rows = f"SELECT {group} AS g, status, {took} AS ms {inside}"
    report.agrees(key, ranked(rows, "COUNT(*), SUM(CASE WHEN status = 'closed' THEN 1 ELSE 0 END)"), sums=2)
    report.rows_agree(f"SELECT COUNT(*), AVG({took}) {inside}")


@pytest.mark.parametrize("key", ["by_person", "by_group"])
def test_performers(engine: Engine, scope: Scope, key: str) -> None:
    first, end = ms(scope.period.start), ms(scope.end)
    touched = f"""SELECT *, CASE WHEN state = 'COMPLETED' AND ended_at >= {first} AND ended_at < {end} THEN 1 ELSE 0 END AS done
        FROM user_task WHERE tenant_id = '<default>' AND (state = 'COMPLETED' AND ended_at >= {first} AND ended_at < {end}
        OR created_at < {end} AND (ended_at IS NULL OR ended_at >= {end}))"""
    each = {
        "sqlite": "LEFT JOIN JSON_EACH(t.candidate_groups) AS e ON TRUE",
        "postgresql": "LEFT JOIN JSON_ARRAY_ELEMENTS_TEXT(t.candidate_groups::json) AS e(value) ON TRUE",
    }[engine.dialect.name]
    join, group = ("", "NULLIF(assignee, '')") if key == "by_person" else (each, "e.value")

    report = Made.of(engine, "performers", scope)

    took = "CASE WHEN done = 1 THEN ended_at - created_at END"
    rows = f"SELECT COALESCE({group}, '–') AS g, done, {took} AS ms FROM ({touched}) AS t {join}"
    # Somebody's task stands under each of its groups: groups are not added up.
    report.agrees(key, ranked(rows, "SUM(done), SUM(1 - done)"), sums=2 if key == "by_person" else 0)
    report.rows_agree(f"SELECT COUNT(*), AVG({took}) FROM ({touched}) AS t")


@pytest.mark.parametrize(("key", "group"), [("by_promise", "promise"), ("by_priority", "priority"), ("by_team", "team")])
def test_service_levels(engine: Engine, scope: Scope, key: str, group: str) -> None:
    promise = """SELECT '{0}' AS promise, team, priority, started_at, {1} AS due, {2} AS done
        FROM sla_clock WHERE tenant_id = '<default>'"""
    both = " UNION ALL ".join(
        (
            promise.format("Reply", "reply_due_at", "COALESCE(replied_at, ended_at)"),
            promise.format("Resolution", "resolve_due_at", "ended_at"),
        )
    )
    asked = ms(scope.asked_at)
    judged = f"""SELECT p.*, COALESCE(done, {asked}) AS seen,
        CASE WHEN done <= due THEN 'kept' WHEN done > due OR due <= {asked} THEN 'broken' ELSE 'pending' END AS outcome
        FROM ({both}) AS p WHERE due >= {ms(scope.period.start)} AND due < {ms(scope.period.end)}"""

    report = Made.of(engine, "sla", scope)

    counts = ", ".join(
        f"SUM(CASE WHEN outcome = '{each}' THEN 1 ELSE 0 END) AS {each}" for each in ("kept", "broken", "pending")
    )
    report.agrees(key, f"SELECT {group}, {counts} FROM ({judged}) AS j GROUP BY {group}", sums=3)
    used = "AVG(CASE WHEN seen > started_at THEN seen - started_at ELSE 0 END)"
    late = "AVG(CASE WHEN outcome = 'broken' THEN seen - due END)"
    report.rows_agree(f"SELECT COUNT(*), {used}, {late} FROM ({judged}) AS j")


@pytest.mark.parametrize(
    ("key", "group"),
    [("by_model", "model || ', ' || prompt || ' v' || prompt_version"), ("by_category", "COALESCE(NULLIF(category, ''), '–')")],
)
def test_assistant_s_drafts(engine: Engine, scope: Scope, key: str, group: str) -> None:
    inside = f"""FROM assistant_draft WHERE tenant_id = '<default>'
        AND created_at >= {ms(scope.period.start)} AND created_at < {ms(scope.period.end)}"""

    report = Made.of(engine, "assistant", scope)

    verdicts = ("accepted", "edited", "rejected", "ignored", "open")
    counts = ", ".join(f"SUM(CASE WHEN verdict = '{each}' THEN 1 ELSE 0 END)" for each in verdicts)
    report.agrees(key, f"SELECT {group}, COUNT(*), {counts} {inside} GROUP BY {group}", sums=6)
    report.rows_agree(f"SELECT COUNT(*) {inside}")


def test_assistant_s_calls(engine: Engine, scope: Scope) -> None:
    inside = f"""FROM llm_call WHERE tenant_id = '<default>'
        AND created_at >= {ms(scope.period.start)} AND created_at < {ms(scope.period.end)}"""

    report = Made.of(engine, "assistant", scope)

    believed = "SUM(CASE WHEN outcome IN ('answered', 'repaired') THEN 1 ELSE 0 END)"
    numbers = f"COUNT(*), {believed}, SUM(prompt_tokens + completion_tokens), SUM(cost) / 1000000.0, AVG(latency_ms)"
    report.agrees("calls", f"SELECT model, task, {numbers} {inside} GROUP BY model, task", keys=2, sums=4)
