"""The streams that reports read, against counts straight from SQL."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, text

from bootstrap import build_report
from history.queries import Queries
from history.tables import NEVER, user_task, variable
from services.reports import Period, Scope
from tests.databases import empty_database
from tests.history_log import golden, project

ALWAYS = (datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))


@pytest.fixture(scope="module")
def engine(tmp_path_factory) -> Engine:
    found = empty_database(f"sqlite:///{tmp_path_factory.mktemp('report') / 'history.db'}")
    project(found, golden())
    return found


def counted(engine: Engine, condition: str) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM user_task WHERE {condition}")).scalar_one())


def test_every_open_and_completed_task_is_read_once(engine: Engine) -> None:
    tasks = list(Queries(engine).tasks_worked_on(*ALWAYS))

    assert len({task.key for task in tasks}) == len(tasks) == counted(engine, "state IN ('CREATED', 'COMPLETED')") > 0


def test_totals_of_the_performers_report_are_those_of_sql(engine: Engine) -> None:
    scope = Scope(Period(ALWAYS[0].date(), ALWAYS[1].date()), ALWAYS[1])

    report = build_report(engine, "performers", scope)
    list(report.rows.rows)

    people = report.summary()[0].rows
    assert sum(row[1] for row in people) == counted(engine, "state = 'COMPLETED'")
    assert sum(row[2] for row in people) == counted(engine, "state = 'CREATED'") > 0


def test_totals_of_process_performance_are_those_of_sql(engine: Engine) -> None:
    scope = Scope(Period(ALWAYS[0].date(), ALWAYS[1].date()), ALWAYS[1])

    report = build_report(engine, "process-performance", scope)
    list(report.rows.rows)

    with engine.connect() as connection:
        started = connection.execute(text("SELECT count(*) FROM process_instance")).scalar_one()
    assert sum(row[1] for row in report.summary()[0].rows) == started > 0


def test_names_out_of_models_are_in_the_language_of_the_report(tmp_path: Path) -> None:
    engine = empty_database(f"sqlite:///{tmp_path / 'history.db'}")
    with engine.begin() as connection:
        connection.execute(insert(user_task), task_row(1, 5_000) | {"name": "Check classification"})
    day = Period(datetime.fromtimestamp(5, UTC).date(), datetime.fromtimestamp(5, UTC).date())

    english, russian = (
        [cell for row in build_report(engine, "performers", Scope(day, ALWAYS[1], language)).rows.rows for cell in row]
        for language in ("en", "ru")
    )

    assert "Check classification" in english
    assert "Проверить категорию" in russian


def test_a_task_brings_the_priority_of_its_instance_and_not_that_of_a_scope_inside(tmp_path) -> None:
    engine = empty_database(f"sqlite:///{tmp_path / 'history.db'}")
    with engine.begin() as connection:
        for key, due_at in ((1, 5_000), (2, NEVER), (3, 10_000)):
            connection.execute(insert(user_task), task_row(key, due_at))
        # The second is of a scope inside the instance.
        for key, scope_key, value in ((21, 100, '"high"'), (22, 101, '"low"')):
            connection.execute(insert(variable), variable_row(key, scope_key, value))

    tasks = list(Queries(engine).tasks_worked_on(datetime.fromtimestamp(5, UTC), datetime.fromtimestamp(10, UTC)))

    assert [(task.key, task.priority, task.candidate_groups) for task in tasks] == [
        (key, "high", ("desk",)) for key in (1, 2, 3)
    ]


def task_row(key: int, due_at: int) -> dict[str, object]:
    values: dict[str, object] = {column.name: "" for column in user_task.columns}
    numbers = {column.name: 0 for column in user_task.columns if column.type.python_type is int}
    own = {"key": key, "due_at": due_at, "state": "CREATED", "process_instance_key": 100, "candidate_groups": '["desk"]'}
    return values | numbers | {"tenant_id": "<default>", "ended_at": None} | own


def variable_row(key: int, scope_key: int, value: str) -> dict[str, object]:
    values: dict[str, object] = {column.name: "" for column in variable.columns}
    numbers = {column.name: 0 for column in variable.columns if column.type.python_type is int}
    own = {"key": key, "scope_key": scope_key, "value": value, "name": "priority", "process_instance_key": 100}
    return values | numbers | {"tenant_id": "<default>"} | own
