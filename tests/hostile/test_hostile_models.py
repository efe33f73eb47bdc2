"""Models meant to do harm, deployed over REST before a real gateway: refused in time with a reason, or stopped as they run."""

import socket
import threading
from time import monotonic

import pytest

from tests.bpmn_builder import process
from tests.ends import ENDS_WITHIN_SECONDS
from tests.integration.api.conftest import Program

GOOD = process("good").start().end().xml()
BODY = GOOD.split(b"?>", 1)[1]
REFUSED = (400, 413, 422)
PYTHON = '__import__("os").system("touch /tmp/x")'
SUBCLASSES = '"".__class__.__mro__[1].__subclasses__()'
HUGE = ("2 ** 99999999", "for i in 1..10**9 return i")


def with_entity(declaration: str, reference: str) -> bytes:
    return f"<!DOCTYPE x [{declaration}]>".encode() + BODY.replace(
        b'<bpmn:startEvent id="start">',
        f'<bpmn:startEvent id="start"><bpmn:documentation>{reference}</bpmn:documentation>'.encode(),
    )


def laughs() -> bytes:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(12))
    return with_entity(entities, "&l11;")


def decision(cell: str) -> bytes:
    cell = cell.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">'
        '<decision id="rate" name="rate"><decisionTable id="t"><input id="i"><inputExpression id="ie"><text>x</text>'
        '</inputExpression></input><output id="o" name="o"/><rule id="r"><inputEntry id="c"><text>-</text></inputEntry>'
        f'<outputEntry id="e"><text>{cell}</text></outputEntry></rule></decisionTable></decision></definitions>'
    ).encode()


def models_with(expression: str) -> dict[str, tuple[str, bytes]]:
    """The expression everywhere a modeller can write one."""
    return {
        "script": ("x.bpmn", process("bad").start().script_task("s", f"={expression}", result="r").end().xml()),
        "condition": (
            "x.bpmn",
            process("bad").start().exclusive("g").when(f"={expression}").end().at("g").otherwise().end("other").xml(),
        ),
        "timer": ("x.bpmn", process("bad").start().catch("c", duration=f"={expression}").end().xml()),
        "DMN cell": ("x.dmn", decision(expression)),
    }


async def test_an_entity_that_reads_a_file_is_refused_and_nothing_read(program: Program) -> None:
    answer = await program.deploy(("x.bpmn", with_entity('<!ENTITY f SYSTEM "file:///etc/passwd">', "&f;")))

    assert answer.status_code in REFUSED
    assert "DOCTYPE" in answer.json()["detail"]
    assert "root:" not in answer.text


async def test_a_billion_laughs_are_refused_before_they_grow(program: Program) -> None:
    started = monotonic()

    answer = await program.deploy(("x.bpmn", laughs()))

    assert answer.status_code in REFUSED
    assert monotonic() - started < ENDS_WITHIN_SECONDS


async def test_an_external_dtd_is_refused_and_never_asked_for(program: Program) -> None:
    asked: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(1)
        waiting = threading.Thread(target=_accept, args=(listening, asked))
        waiting.start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/x.dtd"

        answer = await program.deploy(("x.bpmn", f'<!DOCTYPE x SYSTEM "{url}">'.encode() + BODY))
        waiting.join()

    assert answer.status_code in REFUSED
    assert asked == []


def _accept(listening: socket.socket, asked: list[object]) -> None:
    try:
        connection, _address = listening.accept()
    except TimeoutError:
        return
    asked.append(connection)
    connection.close()


@pytest.mark.parametrize("kind", ["deep", "large", "wide"])
async def test_a_deep_large_or_wide_file_is_refused(program: Program, kind: str) -> None:
    content = {
        "deep": b"<a>" * 100_000 + b"</a>" * 100_000,
        "large": GOOD + b" " * 50_000_000,
        "wide": b"<a " + b" ".join(b'a%d=""' % n for n in range(200_000)) + b"/>",
    }[kind]

    answer = await program.deploy(("x.bpmn", content))

    assert answer.status_code in (413, 422)
    assert (await program.deploy(("good.bpmn", GOOD))).status_code == 201


@pytest.mark.parametrize("place", ["script", "condition", "timer", "DMN cell"])
@pytest.mark.parametrize("expression", [PYTHON, SUBCLASSES], ids=["import", "subclasses"])
async def test_python_in_an_expression_is_refused_at_its_place(program: Program, place: str, expression: str) -> None:
    answer = await program.deploy(models_with(expression)[place])

    assert answer.status_code == 422
    assert "line 1, column" in answer.json()["detail"]


@pytest.mark.parametrize("expression", HUGE)
async def test_an_endless_expression_is_stopped_with_an_incident(program: Program, expression: str) -> None:
    content = process("endless").start().script_task("s", f"={expression}", result="r").end().xml()
    deployed = await program.deploy(("endless.bpmn", content))
    started = monotonic()

    created = await program.ask("POST", "/instances", json={"bpmn_process_id": "endless"})

    assert (deployed.status_code, created.status_code) == (201, 201), created.text
    assert monotonic() - started < ENDS_WITHIN_SECONDS
    key = created.json()["process_instance_key"]
    found = (await program.ask("GET", "/incidents", params={"process_instance_key": key})).json()["items"]
    assert [incident["element_id"] for incident in found] == ["s"]
