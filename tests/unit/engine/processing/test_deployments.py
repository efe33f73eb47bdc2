"""Files of one deployment that cannot stand beside each other, and ids as files write them."""

import pytest

from engine.processing import commands as c
from tests.bpmn_builder import definitions, process
from tests.engine_rig import EngineRig

_GRAPH = (
    '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="{graph}" name="g" namespace="n"><decision id="{id}" '
    'name="D"><variable name="v"/><literalExpression id="l"><text>1</text></literalExpression></decision></definitions>'
)


def graph(graph_id: str, decision_id: str) -> bytes:
    return _GRAPH.format(graph=graph_id, id=decision_id).encode()


def form(form_id: str) -> bytes:
    return f'{{"id": {form_id}}}'.encode()


def processes(*process_ids: str) -> bytes:
    return definitions(*(process(one).start(f"{one}_s").end(f"{one}_e") for one in process_ids))


UNIQUE = "ids to be unique within a deployment but found a duplicated id"


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (
            {"a.form": form('"x"'), "b.form": form('"x"'), "c.form": form('"x"')},
            [
                f"Expected the form {UNIQUE} 'x' in the resources 'a.form' and 'b.form'.",
                f"Expected the form {UNIQUE} 'x' in the resources 'a.form' and 'c.form'.",
            ],
        ),
        (
            {"a.dmn": graph("g", "d1"), "b.dmn": graph("g", "d2")},
            [f"Expected the decision requirements {UNIQUE} 'g' in the resources 'a.dmn' and 'b.dmn'."],
        ),
        (
            {"a.dmn": graph("g1", "d"), "b.dmn": graph("g2", "d")},
            [f"Expected the decision {UNIQUE} 'd' in the resources 'a.dmn' and 'b.dmn'."],
        ),
        (
            {"a.bpmn": processes("p", "q"), "b.bpmn": processes("p", "q")},
            ["Duplicated process id in resources 'a.bpmn' and 'b.bpmn'"],
        ),
        (
            {"a.form": b"{}", "b.form": form('"x"'), "c.form": form('"x"')},
            [
                "Expected the form id to be present, but none given",
                f"Expected the form {UNIQUE} 'x' in the resources 'b.form' and 'c.form'.",
            ],
        ),
    ],
)
def test_an_id_is_one_file_s_alone(files: dict[str, bytes], told: list[str]) -> None:
    rig = EngineRig()

    with pytest.raises(c.CommandRejected) as refused:
        rig.deploy_files(*files.items())

    assert refused.value.reason.splitlines()[1:] == told
    assert not rig.of("PROCESS")


@pytest.mark.parametrize(("written", "form_id"), [("5", "5"), ("true", "true"), ('"f"', "f")])
def test_a_form_s_id_may_be_written_without_quotes(written: str, form_id: str) -> None:
    rig = EngineRig()

    rig.deploy_files(("a.form", form(written)))

    assert rig.of("FORM", "CREATED")[0]["value"]["formId"] == form_id


def test_starts_are_subscribed_last_one_first() -> None:
    rig = EngineRig()
    main = process("p").start("one", message="m1").task("work").end()
    main.start("two", message="m2").to("work")

    rig.deploy(main)

    assert [entry["value"]["startEventId"] for entry in rig.of("MESSAGE_START_EVENT_SUBSCRIPTION")] == ["two", "one"]


def test_the_oldest_buffered_message_starts_the_next_instance() -> None:
    rig = EngineRig()
    main = process("p").start("one", message="m1").service_task("work", type="work").end()
    main.start("two", message="m2").to("work")
    rig.deploy(main)
    for name in ("m1", "m1", "m2"):
        rig.publish(name, "k", ttl=60_000)

    rig.complete_jobs("work")

    assert [entry["value"]["startEventId"] for entry in rig.of("MESSAGE_START_EVENT_SUBSCRIPTION", "CORRELATED")] == [
        "one",
        "one",
    ]


@pytest.mark.parametrize("trigger", [{"duration": "PT1S"}, {"error": "X"}, {"terminate": True}])
def test_a_throw_event_passes_by_what_nobody_throws_there(trigger: dict[str, str | bool]) -> None:
    rig = EngineRig()
    rig.deploy(process("p").start().throw("thrown", **trigger).end())

    rig.create("p")

    assert rig.completed() == ["start", "thrown", "end", "p"]
