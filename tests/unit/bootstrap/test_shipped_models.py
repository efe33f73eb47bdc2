"""A start brings shipped models to the engine, and never puts them over what a designer made of them."""

from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert

from bootstrap.shipped_models import Due, ShippedModels, due
from history.tables import decision_requirements, form, process_definition

HERE, ACME = "<default>", "acme"
KEYS = count(1)


@pytest.mark.parametrize(
    ("brought", "deployed", "then"),
    [
        (None, [], Due.BRING),
        # The read models have heard of nothing yet.
        ("file", [], Due.LEAVE),
        ("older", [], Due.BRING),
        (None, ["file"], Due.BRING),
        (None, ["older"], Due.BRING),
        (None, ["changed", "file"], Due.LEAVE),
        ("file", ["file"], Due.LEAVE),
        ("file", ["changed", "file"], Due.LEAVE),
        ("older", ["older"], Due.BRING),
        ("older", ["file", "older"], Due.BRING),
        ("older", ["changed", "older"], Due.BEHIND),
        ("older", ["changed", "file", "older"], Due.BEHIND),
    ],
)
def test_a_file_is_brought_unless_somebody_changed_what_stands_there(
    brought: str | None, deployed: list[str], then: Due
) -> None:
    assert due("file", brought, deployed) is then


def deployed(engine: Engine, file: Path, content: str, *, tenant_id: str = HERE, name: str = "") -> None:
    """What the read models know of a deployment."""
    table, text = {
        ".bpmn": (process_definition, "xml"),
        ".dmn": (decision_requirements, "xml"),
        ".form": (form, "document"),
    }[file.suffix]
    row = {"key": next(KEYS), "tenant_id": tenant_id, "version": 1, "deployed_at": 0, text: content}
    row |= {"resource_name": name or file.name}
    values = {column.name: row.get(column.name, "") for column in table.columns if not column.nullable}
    with engine.begin() as connection:
        connection.execute(insert(table).values(values))


@pytest.mark.parametrize("ending", [".bpmn", ".dmn", ".form"])
def test_what_a_designer_changed_is_left_alone_by_the_next_start(engine: Engine, tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"triage{ending}"
    file.write_text("shipped", encoding="utf-8")
    models = ShippedModels(engine, HERE)
    first = models.sorted_out([file])
    deployed(engine, file, "shipped")
    models.were_brought([file])
    deployed(engine, file, "changed", name=f"mine{ending}")

    restarted = models.sorted_out([file])
    file.write_text("shipped anew", encoding="utf-8")
    upgraded = models.sorted_out([file])

    assert first[Due.BRING] == [file]
    assert restarted[Due.LEAVE] == [file]
    assert upgraded[Due.BEHIND] == [file]


def test_a_file_that_changes_and_changes_back_is_brought_each_time(engine: Engine, tmp_path: Path) -> None:
    file, models = tmp_path / "triage.bpmn", ShippedModels(engine, HERE)
    found = []
    for content in ("one", "two", "one"):
        file.write_text(content, encoding="utf-8")
        found.append(models.sorted_out([file])[Due.BRING])
        deployed(engine, file, content)
        models.were_brought([file])

    assert found == [[file]] * 3


def test_each_tenant_has_its_own(engine: Engine, tmp_path: Path) -> None:
    file = tmp_path / "triage.bpmn"
    file.write_text("shipped", encoding="utf-8")
    for tenant_id in (HERE, ACME):
        deployed(engine, file, "shipped", tenant_id=tenant_id)
        ShippedModels(engine, tenant_id).were_brought([file])
    deployed(engine, file, "changed", tenant_id=ACME)
    file.write_text("shipped anew", encoding="utf-8")

    here, acme = (ShippedModels(engine, tenant_id).sorted_out([file]) for tenant_id in (HERE, ACME))

    assert here[Due.BRING] == [file]
    assert acme[Due.BEHIND] == [file]


def test_an_engine_that_was_emptied_gets_all(engine: Engine, tmp_path: Path) -> None:
    file = tmp_path / "triage.bpmn"
    file.write_text("shipped", encoding="utf-8")
    ShippedModels(engine, HERE).were_brought([file])

    emptied = ShippedModels(engine, HERE, is_for_empty_engine=True).sorted_out([file])

    assert emptied[Due.BRING] == [file]
