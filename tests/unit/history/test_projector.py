from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from history.projector import ProjectionMoved, ProjectionStopped, Projector
from history.queries import Queries
from tests.databases import empty_database
from tests.history_log import contents, golden, project
from zeebe.records import Record, decode_unread, encode_lines

LOG = golden()


def variable(position: int, **changes: object) -> Record:
    value = {
        "name": "amount",
        "value": "1",
        "scopeKey": 7,
        "processInstanceKey": 7,
        "processDefinitionKey": 3,
        "bpmnProcessId": "order",
        "tenantId": "<default>",
    }
    return Record(
        position=position,
        value_type="VARIABLE",
        intent="CREATED" if position == 1 else "UPDATED",
        key=9,
        timestamp=1000 + position,
        record_type="EVENT",
        value=value | changes,
    )


@pytest.fixture
def engine(tmp_path: Path):
    return empty_database(f"sqlite:///{tmp_path / 'history.db'}")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The golden log in one batch."""
    engine = empty_database(f"sqlite:///{tmp_path_factory.mktemp('whole') / 'history.db'}")
    project(engine, LOG)
    return contents(engine)


def test_values_that_come_unread_give_the_same_read_models(whole) -> None:
    engine = empty_database("sqlite://")

    project(engine, decode_unread(encode_lines(LOG)))

    assert contents(engine) == whole
    engine.dispose()


@pytest.mark.parametrize(
    ("value", "said"),
    [(b'{"name":1}', "Expected `str`, got `int`"), (b'{"name":"\xff"}', "utf-8"), (b"[]", "Expected `object`")],
)
def test_an_unread_value_that_does_not_fit_stops_at_its_record(engine, value: bytes, said: str) -> None:
    good = encode_lines([variable(1)])
    bad = encode_lines([variable(2)]).partition(b'"value":{')[0] + b'"value":' + value + b"}\n"

    with pytest.raises(ProjectionStopped, match=said) as stopped:
        Projector(engine).apply(decode_unread(good + bad))

    assert stopped.value.position == 2
    assert Projector(engine).position() == 1


@settings(max_examples=20, deadline=None)
@given(cuts=st.sets(st.integers(min_value=1, max_value=len(LOG) - 1), max_size=60))
def test_how_records_are_cut_into_batches_changes_nothing(whole, cuts) -> None:
    engine = empty_database("sqlite://")

    project(engine, LOG, cuts)

    assert contents(engine) == whole
    engine.dispose()


def test_one_record_at_a_time_gives_what_one_batch_gives(engine, whole) -> None:
    project(engine, LOG, range(1, len(LOG)))

    assert contents(engine) == whole


def test_records_that_come_twice_are_applied_once(engine) -> None:
    projector = Projector(engine)
    projector.apply(LOG)
    once = contents(engine)

    again = projector.apply(LOG[100:])

    assert again == 0
    assert contents(engine) == once


def test_a_replay_that_reaches_further_applies_only_what_is_new(engine, whole) -> None:
    projector = Projector(engine)
    projector.apply(LOG[:400])

    applied = projector.apply(LOG[200:])

    assert applied == len(LOG) - 400
    assert contents(engine) == whole


def test_a_rebuild_gives_the_same_read_models(engine) -> None:
    projector = Projector(engine)
    projector.apply(LOG)
    before = contents(engine)

    projector.reset()
    emptied = projector.position()
    projector.apply(LOG)

    assert emptied == -1
    assert contents(engine) == before


def test_partitions_keep_positions_of_their_own(engine) -> None:
    first = variable(1)
    second = msgspec.structs.replace(variable(1), partition_id=2, key=10)

    applied = Projector(engine).apply([first, second])

    assert applied == 2
    assert Queries(engine).positions() == {1: 1, 2: 1}


def test_commands_and_rejections_change_nothing_but_the_position(engine) -> None:
    command = msgspec.structs.replace(variable(1), record_type="COMMAND", value_type="NOT_OF_THIS_WORLD")

    Projector(engine).apply([command])

    rows = contents(engine)
    assert [name for name, found in rows.items() if found] == ["projection"]
    assert rows["projection"] == [(1, 1, 1001)]


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (msgspec.structs.replace(variable(3), value_type="HOLOGRAM"), "no rule knows this event"),
        (msgspec.structs.replace(variable(3), intent="FORGOTTEN"), "no rule knows this event"),
        (variable(3, scopeKey="seven"), "Expected `int`, got `str` - at `$.scopeKey`"),
        (variable(3, value=None), "Expected `str`, got `null` - at `$.value`"),
        (msgspec.structs.replace(variable(3, scopeKey=2**80), key=10, intent="CREATED"), "the database refuses it"),
    ],
)
def test_stops_at_a_record_it_cannot_apply_with_everything_before_it_committed(engine, record, reason) -> None:
    records = [variable(1), variable(2, value="2"), record, variable(4, value="4")]

    with pytest.raises(ProjectionStopped) as stopped:
        Projector(engine).apply(records)

    assert (stopped.value.position, stopped.value.partition_id) == (3, 1)
    assert (stopped.value.value_type, stopped.value.intent) == (record.value_type, record.intent)
    assert reason in str(stopped.value)
    assert Queries(engine).position() == 2
    assert [each.value for each in Queries(engine).variables(7)] == ["2"]


def test_stops_at_a_deployment_that_is_no_base64(engine) -> None:
    deployed = next(record for record in LOG if record.value_type == "PROCESS")
    broken = msgspec.structs.replace(deployed, value=deployed.value | {"resource": "<xml/>"})

    with pytest.raises(ProjectionStopped, match="the resource is no base64"):
        Projector(engine).apply([broken])


def test_refuses_to_continue_from_a_position_that_is_not_stored(engine) -> None:
    projector = Projector(engine)
    projector.apply([variable(1), variable(2)])

    with pytest.raises(ProjectionMoved) as moved:
        projector.apply([variable(9)], after={1: 8})

    assert moved.value.stored == 2
    assert projector.position() == 2


def test_text_with_nul_is_stored_with_a_sign_in_its_place(engine) -> None:
    Projector(engine).apply([variable(1, name="a\x00b")])

    assert [each.name for each in Queries(engine).variables(7)] == ["a\N{REPLACEMENT CHARACTER}b"]


def test_a_variable_keeps_its_former_values(engine) -> None:
    Projector(engine).apply([variable(1), variable(2, value="2"), variable(3, value="3")])

    values = Queries(engine).variable_history(7, "amount")

    assert [each.value for each in values] == ["1", "2", "3"]
    assert [each.replaced_at is None for each in values] == [False, False, True]
    assert values[0].replaced_at == values[1].set_at


def test_a_migrated_variable_keeps_its_value(engine) -> None:
    migrated = msgspec.structs.replace(variable(2, value="null", processDefinitionKey=4), intent="MIGRATED")

    Projector(engine).apply([variable(1, value='"kept"'), migrated])

    assert [each.value for each in Queries(engine).variables(7)] == ['"kept"']
