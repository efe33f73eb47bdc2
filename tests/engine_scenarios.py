"""Walks through the engine that together touch every element: played with and without restarts, on every store."""

from collections.abc import Callable

from engine.processing import commands as c
from tests.bpmn_builder import Loop, definitions, process
from tests.engine_rig import EngineRig

type Scenario = Callable[[EngineRig], None]
SCENARIOS: dict[str, Scenario] = {}


def scenario(play: Scenario) -> Scenario:
    SCENARIOS[play.__name__] = play
    return play


@scenario
def jobs_and_gateways(rig: EngineRig) -> None:
    rig.deploy(
        process("p").start().service_task("a", inputs={"x": "=n + 1"}, outputs={"y": "=r"})
        .exclusive("choice").when("=y > 1").parallel("fork").service_task("b").parallel("join").end("end")
        .at("fork").send_task("c").to("join").at("choice").otherwise().end("other")
    )  # fmt: skip
    for result in (1, 2):
        rig.create("p", {"n": 1})
        rig.complete_jobs("a", {"r": result})
    rig.complete_jobs("c")
    rig.complete_jobs("b", {"z": [1, {"deep": None}]})


@scenario
def job_life(rig: EngineRig) -> None:
    rig.deploy(process("p").start().service_task("a", retries="2", headers={"k": "v"}).end())
    rig.create("p")
    (job,) = rig.activate("a")
    rig.do(c.FailJob(job.key, 1, "later", 5_000))
    rig.advance(6)
    rig.activate("a", timeout=1_000)
    rig.advance(2)
    rig.activate("a")
    rig.do(c.UpdateJobTimeout(job.key, 90_000))
    rig.do(c.FailJob(job.key, 0, "no more", variables={"why": "tired"}))
    rig.do(c.UpdateJobRetries(job.key, 3))
    rig.do(c.ResolveIncident(rig.incident()["key"]))
    rig.complete_jobs("a")


@scenario
def boundaries(rig: EngineRig) -> None:
    rig.deploy(
        process("p").start().service_task("a").end("end")
        .boundary("late", "a", duration="PT1M").end("e1")
        .boundary("tick", "a", interrupting=False, cycle="R3/PT10S").end("e2")
        .boundary("stop", "a", message="stop", correlation_key="=k").end("e3")
        .boundary("note", "a", interrupting=False, message="note", correlation_key="=k").end("e4")
        .boundary("wrong", "a", error="WRONG").end("e5")
        .boundary("alarm", "a", interrupting=False, signal="alarm").end("e6")
    )  # fmt: skip
    rig.create("p", {"k": "1"})
    rig.publish("note", "1", {"n": 1})
    rig.advance(11)
    rig.broadcast("alarm", {"s": 1})
    rig.publish("stop", "1", {"m": 2})
    rig.create("p", {"k": "2"})
    rig.do(c.ThrowError(rig.activate("a")[0].key, "WRONG", "bad", {"e": 1}))
    rig.create("p", {"k": "3"})
    rig.advance(61)


@scenario
def waiting(rig: EngineRig) -> None:
    rig.deploy(
        process("p").start().catch("c", message="go", correlation_key="=k").receive_task("r", "next", correlation_key="=k")
        .event_gateway("g").catch("g1", message="go", correlation_key="=k").end("e1")
        .at("g").catch("g2", duration="PT10S").end("e2")
    )  # fmt: skip
    rig.publish("go", "7", {"early": True}, ttl=60_000, message_id="one")
    rig.create("p", {"k": 7})
    rig.publish("next", "7")
    rig.advance(11)
    rig.create("p", {"k": 8})
    rig.publish("go", "8")
    rig.publish("next", "8")
    rig.publish("go", "8", {"late": True})
    rig.advance(100)


@scenario
def starts(rig: EngineRig) -> None:
    rig.deploy(
        process("p").start("by_message", message="begin").service_task("a").end()
        .start("by_timer", cycle="R2/PT10S").to("a").start("by_signal", signal="all").to("a")
    )  # fmt: skip
    rig.publish("begin", "k", {"n": 1})
    rig.publish("begin", "k", {"n": 2}, ttl=60_000)
    rig.complete_jobs("a")
    rig.advance(25)
    rig.broadcast("all", {"n": 3})
    rig.complete_jobs("a")


@scenario
def scopes(rig: EngineRig) -> None:
    rig.deploy(
        process("p").start().subprocess("sub", inputs={"local": "=1"}, outputs={"up": "=local"})
        .start("s2").service_task("in").end("e2").done().end("end")
        .boundary("late", "sub", duration="PT10S").end("e3")
        .event_subprocess("esp").start("es", message="halt", correlation_key="=k").service_task("tidy").end("ee").done()
        .event_subprocess("side").start("ss", interrupting=False, message="aside", correlation_key="=k")
        .service_task("extra").end("se").done()
    )  # fmt: skip
    rig.create("p", {"k": "1"})
    rig.publish("aside", "1", {"a": 1})
    rig.complete_jobs("extra")
    rig.publish("halt", "1", {"h": 1})
    rig.complete_jobs("tidy")
    rig.create("p", {"k": "2"})
    rig.complete_jobs("in", {"local": 5})
    rig.create("p", {"k": "3"})
    rig.advance(11)
    rig.do(c.CancelProcessInstance(rig.create("p", {"k": "4"})))


@scenario
def multi_instances(rig: EngineRig) -> None:
    def loop(**rest: object) -> Loop:
        return Loop("=items", "item", "out", "=r", **rest)  # type: ignore[arg-type]

    rig.deploy(
        process("p").start().service_task("together", loop=loop()).service_task("in_turn", loop=loop(sequential=True))
        .service_task("until", loop=loop(completion="=r = 1")).end()
    )  # fmt: skip
    rig.create("p", {"items": [1, 2, 3]})
    rig.complete_jobs("together", {"r": 2})
    for _ in range(3):
        rig.complete_jobs("in_turn", {"r": 3})
    rig.do(c.CompleteJob(rig.activate("until")[0].key, {"r": 1}))
    rig.create("p", {"items": []})


@scenario
def calls(rig: EngineRig) -> None:
    rig.deploy(process("child").start().service_task("work").end("end", error="BAD"))
    rig.deploy(process("p").start().call_activity("call", "child").end().boundary("caught", "call", error="BAD").end("e2"))
    rig.create("p", {"a": 1})
    rig.complete_jobs("work", {"b": 2})
    key = rig.create("p")
    rig.do(c.CancelProcessInstance(key))


@scenario
def people_and_decisions(rig: EngineRig) -> None:
    rig.deploy_files(("level.dmn", DECISION), ("form.form", b'{"id": "check"}'))
    rig.deploy(
        process("p").start().decision_task("decide", "level", result="level").script_task("s", '=level + "!"', result="loud")
        .user_task("u", form_id="check", assignee="ann", groups='=["staff"]', due="2026-02-01T10:00:00Z")
        .user_task("old", native=False, assignee="bob").manual_task("m").task("t").end()
    )  # fmt: skip
    rig.create("p", {"amount": 50})
    task = rig.of("USER_TASK", "CREATED")[-1]["key"]
    rig.do(c.AssignUserTask(task, "eve"))
    rig.do(c.UpdateUserTask(task, {"candidateUsers": ["x"], "dueDate": ""}))
    rig.do(c.CompleteUserTask(task, {"ok": True}))
    rig.complete_jobs("io.camunda.zeebe:userTask")
    rig.decide("level", {"amount": 500})


@scenario
def throwing(rig: EngineRig) -> None:
    rig.deploy(
        process("p").start().throw("nothing").throw("send", message="m", job_type="send").throw("shout", signal="s")
        .subprocess("sub").start("s2").throw("up", escalation="UP").end("e2", escalation="OUT").done().end("end")
        .boundary("b1", "sub", interrupting=False, escalation="UP").end("e3")
        .boundary("b2", "sub", escalation="OUT").throw("jump", link="there")
        .apart().catch("land", link="there").inclusive("or").when("=n > 1").end("e4").at("or").when("=n > 2").end("e5")
        .at("or").otherwise().end("e6", terminate=True)
    )  # fmt: skip
    for number in (3, 0):
        rig.create("p", {"n": number})
        rig.complete_jobs("send")


@scenario
def undoing(rig: EngineRig) -> None:
    rig.deploy(
        process("p").start().service_task("a").compensated_by("ca", "undo_a").service_task("b").compensated_by("cb", "undo_b")
        .throw("undo", compensate=True).end("end", compensate="a")
    )  # fmt: skip
    rig.create("p")
    for job_type in ("a", "b", "undo_b", "undo_a"):
        rig.complete_jobs(job_type)
    key = rig.create("p")
    rig.complete_jobs("a")
    rig.do(c.CancelProcessInstance(key))


@scenario
def undoing_a_subprocess(rig: EngineRig) -> None:
    rig.deploy(
        process("p").start().subprocess("sub").start("s2").service_task("a").compensated_by("ca", "undo_a").end("e2").done()
        .throw("undo", compensate=True).end("end")
    )  # fmt: skip
    rig.create("p")
    for job_type in ("a", "undo_a"):
        rig.complete_jobs(job_type)


@scenario
def changing(rig: EngineRig) -> None:
    first = process("p").start().service_task("a").subprocess("sub").start("s2").service_task("b").end("e2").done().end()
    second = process("q").start().service_task("x").subprocess("sub").start("s2").service_task("b").end("e2").done().end()
    rig.deploy(first, second)
    target = [entry["key"] for entry in rig.of("PROCESS", "CREATED")][-1]
    key = rig.create("p")
    rig.do(c.MigrateProcessInstance(key, target, {"a": "x"}))
    instruction = c.ActivateInstruction("b", variable_instructions=(c.VariableInstruction({"v": 1}, "sub"),))
    rig.do(c.ModifyProcessInstance(key, (instruction,), (rig.key_of("x"),)))
    rig.complete_jobs("b")
    rig.create("p", start_element_ids=("b",))
    rig.complete_jobs("b")
    rig.do(c.DeleteResource(target))


@scenario
def mishaps(rig: EngineRig) -> None:
    rig.deploy(
        process("p").start().exclusive("x").when("=n > 1").service_task("a", outputs={"o": "=assert(r, r != null)"}).end()
    )
    key = rig.create("p", {"n": "text"})
    rig.do(c.SetVariables(key, {"n": 2}))
    rig.do(c.ResolveIncident(rig.incident()["key"]))
    rig.complete_jobs("a")
    rig.do(c.SetVariables(rig.key_of("a"), {"r": 1}, local=True))
    rig.do(c.ResolveIncident(rig.incident()["key"]))


@scenario
def two_processes_in_one_file(rig: EngineRig) -> None:
    rig.deploy_files(("both.bpmn", definitions(process("one").start("s1").end("e1"), process("two").start("s2").end("e2"))))
    rig.create("one")
    rig.create("two")


DECISION = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="graph" name="Graph" namespace="http://example.org">
  <decision id="level" name="Level"><decisionTable id="table" hitPolicy="UNIQUE">
    <input id="i1" label="Amount"><inputExpression id="ie1" typeRef="number"><text>amount</text></inputExpression></input>
    <output id="o1" name="level" typeRef="string"/>
    <rule id="r1">
      <inputEntry id="e1"><text>&lt; 100</text></inputEntry><outputEntry id="oe1"><text>"low"</text></outputEntry>
    </rule>
    <rule id="r2">
      <inputEntry id="e2"><text>&gt;= 100</text></inputEntry><outputEntry id="oe2"><text>"high"</text></outputEntry>
    </rule>
  </decisionTable></decision>
</definitions>
"""
