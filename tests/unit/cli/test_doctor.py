import json

import pytest

from bootstrap.doctor_findings import Verdict
from bootstrap.examination import examine
from settings import Settings
from tests.databases import empty_database
from tests.house import free_ports
from tests.unit.zeebe.broker_answers import LEADER, broker, handed
from tests.unit.zeebe.exporter_sink.bulks import bulk, line
from zeebe.exporter_sink import SqlRecordLog, read_bulk


def settings_of(tmp_path, **changes) -> Settings:
    grpc, management = free_ports(2)
    return Settings(
        data_dir=tmp_path, grpc_port=grpc, zeebe_management_url=f"http://127.0.0.1:{management}", _env_file=None, **changes
    )


async def test_each_part_is_told_although_the_engine_is_away(tmp_path) -> None:
    settings = settings_of(tmp_path)

    found = {finding.part: finding for finding in await examine(settings, [])}

    assert found["engine"].verdict is Verdict.BAD
    assert "penstock up" in found["engine"].text
    assert found["database"].verdict is Verdict.BAD
    assert "is not there yet" in found["database"].text
    assert found["tasks"].verdict is Verdict.OK
    json.dumps([finding.facts for finding in found.values()])


async def test_records_of_a_cluster_that_never_came_are_told(tmp_path) -> None:
    settings = settings_of(tmp_path, zeebe_address="127.0.0.1:1")
    engine = empty_database(settings.sql_url)
    SqlRecordLog(engine).append(read_bulk(bulk(line(1, counter=1), line(9, counter=4))))
    engine.dispose()

    found = {finding.part: finding for finding in await examine(settings, [])}

    assert found["records"].verdict is Verdict.BAD
    assert "2 records never came" in found["records"].text
    assert found["read models"].facts == {"behind": {"1": 10}}


@pytest.mark.parametrize(
    ("phase", "position", "verdict", "told"),
    [
        ("EXPORTING", 5689, Verdict.OK, "partition 1: 0 positions to go"),
        ("EXPORTING", 5694, Verdict.BAD, "no record ever came"),
        ("PAUSED", 5689, Verdict.WARNING, "partition 1: 5 positions to go (paused)"),
    ],
)
async def test_the_exporter_is_as_far_as_it_was_handed_records(tmp_path, phase, position, verdict, told) -> None:
    with broker({"1": {**LEADER, "exporterPhase": phase}}, handed(position)) as url:
        settings = settings_of(tmp_path, zeebe_address="127.0.0.1:1").model_copy(update={"zeebe_management_url": url})
        engine = empty_database(settings.sql_url)
        if phase == "PAUSED":
            SqlRecordLog(engine).append(read_bulk(bulk(line(1))))
        engine.dispose()

        found = {finding.part: finding for finding in await examine(settings, [])}

    assert found["exporter"].verdict is verdict
    assert told in found["exporter"].text


LISTENER = (
    '<bpmn:serviceTask id="pack"><bpmn:extensionElements><zeebe:executionListeners><zeebe:executionListener eventType="start" '
    'type="note"/></zeebe:executionListeners></bpmn:extensionElements></bpmn:serviceTask>'
)


@pytest.mark.parametrize(
    ("inside", "address", "told"),
    [
        (
            '<bpmn:adHocSubProcess id="any_order"/>',
            None,
            "any_order: ad-hoc sub-process needs Zeebe 8.7, the engine is the embedded gateway, which is as 8.5",
        ),
        (
            '<bpmn:adHocSubProcess id="any_order"/>',
            "127.0.0.1:1",
            (
                "any_order: ad-hoc sub-process needs Zeebe 8.7, the engine is 8.5, "
                "taken for the cluster's version while that does not answer"
            ),
        ),
        (LISTENER, None, "1 model(s) use nothing that 8.5 lacks"),
        (
            LISTENER.replace("serviceTask", "userTask"),
            None,
            "pack: execution listener needs Zeebe 8.6, the engine is the embedded gateway, which is as 8.5",
        ),
    ],
)
async def test_what_the_engine_lacks_is_told_by_file_and_element(tmp_path, inside, address, told) -> None:
    model = tmp_path / "late.bpmn"
    model.write_text(
        '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
        f'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"><bpmn:process id="p">{inside}</bpmn:process></bpmn:definitions>'
    )

    found = await examine(settings_of(tmp_path, zeebe_address=address), [model])

    assert found[-1].text == told
    assert (found[-1].verdict is Verdict.OK) == told.startswith("1 model")


CALLS_TRIM = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">
<decision id="clean" name="clean"><literalExpression id="l"><text>trim(name)</text></literalExpression></decision>
</definitions>"""


@pytest.mark.parametrize(
    ("address", "verdict", "ending"),
    [
        (None, Verdict.WARNING, "The embedded gateway knows it"),
        ("127.0.0.1:1", Verdict.BAD, "The engine is 8.5, taken for the cluster's version while that does not answer"),
    ],
)
async def test_a_function_that_came_later_is_told_by_decision(tmp_path, address, verdict, ending) -> None:
    model = tmp_path / "clean.dmn"
    model.write_text(CALLS_TRIM)

    found = await examine(settings_of(tmp_path, zeebe_address=address), [model])

    assert (found[-1].part, found[-1].verdict) == ("decision clean.dmn", verdict)
    assert found[-1].text == f"clean: the FEEL function trim() needs Zeebe 8.6; before, it gives null. {ending}"
