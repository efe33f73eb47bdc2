"""Process performance counts what SQL counts in the records themselves, kept in a table beside the read models.

The report reads sums that were added up while records came. The golden log is stretched over several days by each seed and
projected in batches that end anywhere.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from msgspec.structs import replace
from sqlalchemy import Engine, text

from services.reports import Period, Scope
from tests.contract.test_report_totals import Made, ms
from tests.databases import empty_database
from tests.history_log import golden, project
from zeebe.records import Record

LOG = golden()
SEEDS = (1, 2, 3)


def stretched(seed: int) -> list[Record]:
    """The same records over some days, so that a period begins and ends among them."""
    random, first = Random(seed), LOG[0].timestamp  # no secret
    factor = random.uniform(2, 6)
    return [replace(record, timestamp=round(first + (record.timestamp - first) * factor)) for record in LOG]


def keep(engine: Engine, log: list[Record]) -> None:
    """What elements and incidents did, each record a row."""
    table = """CREATE TABLE told (intent VARCHAR(40), happened BIGINT, entity BIGINT, process VARCHAR(80),
        element VARCHAR(80), type VARCHAR(40))"""
    names = ("intent", "happened", "entity", "process", "element", "type")
    rows = [
        (
            record.intent,
            record.timestamp,
            record.key,
            record.value["bpmnProcessId"],
            record.value["elementId"],
            record.value.get("bpmnElementType", "INCIDENT"),
        )
        for record in log
        if record.value_type in {"PROCESS_INSTANCE", "INCIDENT"} and record.record_type == "EVENT"
    ]
    insert = text(f"INSERT INTO told VALUES ({', '.join(f':{name}' for name in names)})")
    with engine.begin() as connection:
        connection.exec_driver_sql(table)
        connection.execute(insert, [dict(zip(names, row, strict=True)) for row in rows])


@pytest.fixture(scope="module", params=[(kind, seed) for kind in ("sqlite", "postgresql") for seed in SEEDS], ids=str)
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    kind, seed = request.param
    url = f"sqlite:///{tmp_path_factory.mktemp('performance') / 'test.db'}"
    if kind == "postgresql":
        server = request.getfixturevalue("postgres_server")
        url = server.url(server.create_database())
    made = empty_database(url)
    keep(made, stretched(seed))
    project(made, stretched(seed), Random(seed).sample(range(1, len(LOG)), 9))  # no secret
    yield made
    made.dispose()


@pytest.fixture(params=["the whole log", "one day in it"])
def scope(engine: Engine, request: pytest.FixtureRequest) -> Scope:
    with engine.connect() as connection:
        first, last = connection.exec_driver_sql("SELECT MIN(happened), MAX(happened) FROM told").one()
    days = [datetime.fromtimestamp(each / 1000, UTC).date() for each in (first, last)]
    if request.param == "one day in it":
        days = [days[0] + timedelta(days=1)] * 2
    return Scope(Period(*days), datetime.fromtimestamp(last / 1000, UTC) + timedelta(days=1))


def counted(scope: Scope, sign: str) -> str:
    """Entered, completed, here now, and incidents per process and element, where there are any."""
    inside = f"happened >= {ms(scope.period.start)} AND happened < {ms(scope.period.end)}"
    counts = ", ".join(
        f"SUM(CASE WHEN {condition} THEN 1 ELSE 0 END) AS {name}"
        for name, condition in (
            ("entered", f"intent = 'ELEMENT_ACTIVATING' AND {inside}"),
            ("completed", f"intent = 'ELEMENT_COMPLETED' AND {inside}"),
            ("active", "intent = 'here'"),
            ("incidents", f"intent = 'CREATED' AND {inside}"),
        )
    )
    # Where a token is now the read models' rows say: a migration has moved some.
    here = """SELECT 'here', 0, key, bpmn_process_id, element_id, element_type FROM element_instance WHERE state = 'ACTIVE'
        UNION ALL SELECT 'here', 0, key, bpmn_process_id, bpmn_process_id, 'PROCESS'
        FROM process_instance WHERE state = 'ACTIVE'"""
    all_told = f"SELECT * FROM told UNION ALL {here}"
    return f"""SELECT * FROM (SELECT process, element, {counts} FROM ({all_told}) AS every
        WHERE type <> 'MULTI_INSTANCE_BODY' GROUP BY process, element) AS counted
        WHERE entered + completed + active + incidents > 0 AND element {sign} process
        ORDER BY 1, 2"""


@pytest.mark.parametrize(("table", "sign"), [("Elements", "<>"), ("Processes", "=")])
def test_counts(engine: Engine, scope: Scope, table: str, sign: str) -> None:
    report = Made.of(engine, "process-performance", scope)

    expected = report.ask(counted(scope, sign))
    block, ids = report.blocks[table], ids_of(report)
    first = block.columns.index("Entered")
    places = [(ids[row[0]], row[1] if first > 1 else ids[row[0]]) for row in block.rows]
    shown = [(*place, *row[first : first + 4]) for place, row in zip(places, block.rows, strict=True)]
    assert sorted(row for row in shown if any(row[2:])) == expected
    assert list(block.totals.values()) == [sum(row[number] for row in expected) for number in range(2, 6)]
    assert expected


def test_both_files_hold_the_same_numbers(engine: Engine, scope: Scope) -> None:
    report = Made.of(engine, "process-performance", scope)

    numbers = [tuple(value for value in row.values() if isinstance(value, (int, float))) for row in report.json["rows"]]
    cells = [tuple(value for value in row if isinstance(value, (int, float))) for row in report.blocks["Elements"].rows]
    assert cells == [pytest.approx(row) for row in numbers]
    assert numbers


def test_medians_and_95th_percentiles_are_within_what_the_method_says(engine: Engine, scope: Scope) -> None:
    report = Made.of(engine, "process-performance", scope)

    done = f"""SELECT o.process || '/' || o.element AS g, o.happened - i.happened AS ms FROM told AS o JOIN told AS i
        ON i.entity = o.entity AND i.intent = 'ELEMENT_ACTIVATING' WHERE o.intent = 'ELEMENT_COMPLETED'
        AND o.type NOT IN ('PROCESS', 'MULTI_INSTANCE_BODY')
        AND o.happened >= {ms(scope.period.start)} AND o.happened < {ms(scope.period.end)}"""
    ranked = f"""SELECT g, ms, ROW_NUMBER() OVER (PARTITION BY g ORDER BY ms) AS n, COUNT(*) OVER (PARTITION BY g) AS c
        FROM ({done}) AS done"""
    nearest = ", ".join(f"MIN(CASE WHEN n * 100 >= {share} * c THEN ms END)" for share in (50, 95))
    expected = {group: exact for group, *exact in report.ask(f"SELECT g, {nearest} FROM ({ranked}) AS ranked GROUP BY g")}
    ids = ids_of(report)
    for row in report.json["rows"]:
        exact = expected.get(f"{ids[row['process']]}/{row['element_id']}", [None, None])
        for shown, sharp in zip((row["median_ms"], row["p95_ms"]), exact, strict=True):
            assert (shown is None) == (sharp is None)
            assert shown is None or abs(shown - sharp) <= max(1, 0.025 * sharp), row


def ids_of(report: Made) -> dict[str, str]:
    return dict(report.ask("SELECT name, bpmn_process_id FROM process_definition"))
