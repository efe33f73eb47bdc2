"""SpiffWorkflow as an independent witness of token flow: gateways and short loops, where it is right.

The two engines take several true flows in another order, so conditions exclude each other and what is compared is how often
each element completed. Its history is its state: loops stay short.
"""

import random
from collections import Counter

import pytest
from lxml import etree
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from engine.processing import commands as c
from tests.bpmn_builder import BPMN, ProcessBuilder, process
from tests.engine_rig import EngineRig


class Blocks:
    """A process of tasks, gateways and loops, built from blocks with one way in and one way out."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.builder = process("p").start()
        self.count = 0
        self.sequence(0)
        self.builder.end("end")

    def name(self, kind: str) -> str:
        self.count += 1
        return f"{kind}{self.count}"

    def sequence(self, depth: int) -> None:
        for _ in range(self.dice.randint(1, 3)):
            blocks = [self.task] if depth > 2 else [self.task, self.task, self.exclusive, self.parallel, self.loop]
            self.dice.choice(blocks)(depth)

    def task(self, _depth: int) -> None:
        self.builder.task(self.name("task"))

    def exclusive(self, depth: int) -> None:
        fork, join = self.name("xor"), self.name("merge")
        self.builder.exclusive(fork).when("=n > 3")
        self.task(depth)
        self.sequence(depth + 1)
        self.builder.exclusive(join).at(fork).otherwise()
        self.task(depth)
        self.sequence(depth + 1)
        self.builder.to(join)

    def parallel(self, depth: int) -> None:
        fork, join = self.name("fork"), self.name("join")
        self.builder.parallel(fork)
        self.task(depth)
        self.sequence(depth + 1)
        self.builder.parallel(join)
        for _ in range(self.dice.randint(1, 2)):
            self.builder.at(fork)
            self.task(depth)
            self.builder.to(join)
        self.builder.at(join)

    def loop(self, _depth: int) -> None:
        """A job counts its own turns, so that each loop ends."""
        turn = self.name("turn")
        head, foot = f"{turn}_head", f"{turn}_foot"
        self.builder.exclusive(head).service_task(turn, type="turn")
        self.builder.exclusive(foot).when(f"={turn} < 3").to(head)
        self.builder.at(foot).otherwise()
        self.task(0)


def completed_here(builder: ProcessBuilder, n: int) -> Counter[str]:
    rig = EngineRig()
    rig.deploy(builder)
    rig.create("p", {"n": n})
    turns: Counter[str] = Counter()
    while jobs := rig.activate("turn"):
        for job in jobs:
            turns[job.element_id] += 1
            rig.do(c.CompleteJob(job.key, {job.element_id: turns[job.element_id]}))
    return Counter(element for element in rig.completed() if element != "p")


def completed_there(builder: ProcessBuilder, n: int) -> Counter[str]:
    root = etree.fromstring(builder.xml())
    for condition in root.iter(f"{{{BPMN}}}conditionExpression"):
        condition.text = (condition.text or "").removeprefix("=")
    for job in list(root.iter(f"{{{BPMN}}}serviceTask")):
        turn = job.get("id")
        job.tag = f"{{{BPMN}}}scriptTask"
        etree.SubElement(job, f"{{{BPMN}}}script").text = f"{turn} = {turn} + 1"
    parser = BpmnParser()
    parser.add_bpmn_xml(root.getroottree())
    workflow = BpmnWorkflow(parser.get_spec("p"), parser.get_subprocess_specs("p"))
    workflow.task_tree.data |= {"n": n} | dict.fromkeys((job.get("id") for job in root.iter(f"{{{BPMN}}}scriptTask")), 0)
    while ready := workflow.get_tasks(state=TaskState.READY):
        ready[0].run()
    assert workflow.completed
    done = workflow.get_tasks(state=TaskState.COMPLETED)
    ids = {node.get("id") for node in root.iter() if node.get("id")}
    return Counter(task.task_spec.bpmn_id for task in done if task.task_spec.bpmn_id in ids)


@pytest.mark.parametrize("n", [1, 5])
@pytest.mark.parametrize("seed", range(20))
def test_the_same_elements_complete_as_often(seed: int, n: int) -> None:
    builder = Blocks(seed).builder

    here, there = completed_here(builder, n), completed_there(builder, n)

    assert here == there
