"""A model without a drawing gets one: every element has its place, none stands on another."""

import random
from itertools import combinations

from lxml import etree

from api.model_drawing import drawn
from api.model_layout import BPMN, Box, layout

DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
HEAD = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="t">'


def process(inside):
    return f'{HEAD}<process id="p" isExecutable="true">{inside}</process></definitions>'


def laid(inside):
    return layout(etree.fromstring(process(inside)).find(f"{BPMN}process"))


def shown(xml):
    """What has a shape or an edge."""
    return {element.get("bpmnElement") for element in etree.fromstring(xml.encode()).iter(f"{DI}BPMNShape", f"{DI}BPMNEdge")}


def flow(source, target):
    return f'<sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}"/>'


def apart(one: Box, other: Box) -> bool:
    return (
        one.x + one.width <= other.x
        or other.x + other.width <= one.x
        or one.y + one.height <= other.y
        or other.y + other.height <= one.y
    )


def test_what_comes_after_stands_to_the_right() -> None:
    boxes = laid(f'<startEvent id="s"/><endEvent id="e"/><task id="t"/>{flow("s", "t")}{flow("t", "e")}').boxes

    assert boxes["s"].x < boxes["t"].x < boxes["e"].x
    assert boxes["s"].left[1] == boxes["t"].left[1] == boxes["e"].left[1]


def test_a_flow_that_leads_back_goes_below() -> None:
    found = laid(f'<startEvent id="s"/><task id="a"/><task id="b"/>{flow("s", "a")}{flow("a", "b")}{flow("b", "a")}')

    lowest = max(box.y + box.height for box in found.boxes.values())
    assert found.boxes["a"].x < found.boxes["b"].x
    assert max(y for _x, y in found.flows["b_a"]) > lowest


def test_a_boundary_event_sits_at_the_lower_edge_of_its_activity() -> None:
    boxes = laid(
        f'<startEvent id="s"/><task id="a"/><boundaryEvent id="b" attachedToRef="a"/><endEvent id="e"/>{flow("s", "a")}'
        f"{flow('b', 'e')}"
    ).boxes

    assert boxes["b"].y + boxes["b"].height // 2 == boxes["a"].y + boxes["a"].height
    assert boxes["a"].x < boxes["b"].x < boxes["a"].x + boxes["a"].width


def test_a_subprocess_holds_what_is_in_it() -> None:
    boxes = laid(
        f'<startEvent id="s"/><subProcess id="sub"><startEvent id="is"/><task id="it"/>{flow("is", "it")}</subProcess>'
        f"{flow('s', 'sub')}"
    ).boxes

    inner, outer = boxes["it"], boxes["sub"]
    assert outer.x < inner.x
    assert inner.x + inner.width < outer.x + outer.width
    assert outer.y < inner.y < inner.y + inner.height < outer.y + outer.height


def test_nothing_stands_on_anything_in_random_models() -> None:
    for seed in range(60):
        dice = random.Random(seed)
        nodes = [f"n{number}" for number in range(dice.randint(1, 25))]
        tags = ("task", "exclusiveGateway", "intermediateThrowEvent", "subProcess")
        inside = "".join(f'<{dice.choice(tags)} id="{node}"/>' for node in nodes)
        pairs = {(dice.choice(nodes), dice.choice(nodes)) for _ in range(dice.randint(0, 50))}

        found = laid(inside + "".join(flow(*pair) for pair in sorted(pairs)))

        assert set(found.boxes) == set(nodes)
        assert len(found.flows) == len(pairs)
        assert all(apart(*two) for two in combinations(found.boxes.values(), 2)), seed


def test_every_element_of_every_pool_is_shown() -> None:
    inside = f'<startEvent id="s"/><endEvent id="e"/>{flow("s", "e")}'
    xml = (
        f'{HEAD}<collaboration id="c"><participant id="one" processRef="p"/><participant id="two" name="Customer"/>'
        f'</collaboration><process id="p">{inside}</process></definitions>'
    )

    assert shown(drawn(xml)) == {"one", "two", "s", "e", "s_e"}


def test_a_drawing_that_is_there_stays() -> None:
    once = drawn(process('<startEvent id="s"/>'))

    assert shown(once) == {"s"}
    assert drawn(once) == once


def test_what_cannot_be_drawn_stays_as_it_is() -> None:
    others = ["", "no XML", "<a/>", f"{HEAD}</definitions>", f"<!DOCTYPE a>{process('')}", process('<task id="t"/>' * 6_000)]

    assert [drawn(each) for each in others] == others


def test_a_circle_and_a_reference_to_nothing_are_drawn_all_the_same() -> None:
    inside = f'<task id="a"/><task id="b"/><boundaryEvent id="x" attachedToRef="nothing"/>{flow("a", "b")}{flow("b", "a")}'

    assert shown(drawn(process(f"{inside}{flow('a', 'nowhere')}{flow('a', 'a')}"))) == {"a", "b", "x", "a_b", "b_a", "a_a"}
