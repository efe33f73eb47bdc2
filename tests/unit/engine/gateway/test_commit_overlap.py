import asyncio
import time
from collections.abc import AsyncIterator, Sequence

import pytest

from engine.gateway.partition import DurablePartition
from engine.processing.commands import (
    ActivateJobs,
    CreateProcessInstance,
    DeployResource,
    JobsActivated,
    PublishMessage,
    Resource,
)
from engine.processing.ports import Batch
from engine.state.memory import MemoryStore
from zeebe.records import Record, decode_lines

COMMIT_SECONDS = 0.1

WAIT_FOR_PAYMENT = b"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="definitions" targetNamespace="http://penstock/tests">
  <bpmn:message id="paid" name="paid">
    <bpmn:extensionElements><zeebe:subscription correlationKey="=ticket"/></bpmn:extensionElements>
  </bpmn:message>
  <bpmn:process id="wait_for_payment" isExecutable="true">
    <bpmn:startEvent id="start"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
    <bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="wait"/>
    <bpmn:intermediateCatchEvent id="wait">
      <bpmn:incoming>f1</bpmn:incoming><bpmn:outgoing>f2</bpmn:outgoing>
      <bpmn:messageEventDefinition id="message" messageRef="paid"/>
    </bpmn:intermediateCatchEvent>
    <bpmn:sequenceFlow id="f2" sourceRef="wait" targetRef="ship"/>
    <bpmn:serviceTask id="ship">
      <bpmn:extensionElements><zeebe:taskDefinition type="ship"/></bpmn:extensionElements>
      <bpmn:incoming>f2</bpmn:incoming><bpmn:outgoing>f3</bpmn:outgoing>
    </bpmn:serviceTask>
    <bpmn:sequenceFlow id="f3" sourceRef="ship" targetRef="end"/>
    <bpmn:endEvent id="end"><bpmn:incoming>f3</bpmn:incoming></bpmn:endEvent>
  </bpmn:process>
</bpmn:definitions>
"""


class SlowStore(MemoryStore):
    """A disk that takes its time, on the thread that commits."""

    def __init__(self) -> None:
        super().__init__()
        self.commits = 0

    def commit(self, batch: Batch) -> None:
        time.sleep(COMMIT_SECONDS)
        self.commits += 1
        super().commit(batch)


@pytest.fixture
def store() -> SlowStore:
    return SlowStore()


@pytest.fixture
async def partition(store: SlowStore) -> AsyncIterator[DurablePartition]:
    partition = DurablePartition(store)
    await partition.start()
    await partition.submit(DeployResource((Resource("wait.bpmn", WAIT_FOR_PAYMENT),)))
    yield partition
    await partition.stop()


async def records(partition: DurablePartition) -> list[Record]:
    await partition.idle()
    return [record async for lines in partition.records(-1) for record in decode_lines(lines)]


async def test_a_message_finds_a_subscription_whose_commit_is_under_way(partition: DurablePartition) -> None:
    earlier = asyncio.ensure_future(partition.submit(PublishMessage("noise", "T-0", 0)))
    await asyncio.sleep(COMMIT_SECONDS * 0.3)
    creating = asyncio.ensure_future(partition.submit(CreateProcessInstance("wait_for_payment", variables={"ticket": "T-1"})))
    # The first commit has ended, that of the instance has begun.
    await earlier
    await asyncio.sleep(COMMIT_SECONDS * 0.3)
    assert not creating.done()

    await partition.submit(PublishMessage("paid", "T-1", 0))

    correlated = [record.intent for record in await records(partition) if record.value_type == "PROCESS_MESSAGE_SUBSCRIPTION"]
    assert "CORRELATED" in correlated


async def test_a_job_is_handed_out_in_the_commit_that_creates_it(partition: DurablePartition, store: SlowStore) -> None:
    await partition.submit(CreateProcessInstance("wait_for_payment", variables={"ticket": "T-1"}))
    asked: list[asyncio.Future] = []

    def ask(job_type: str, _job_keys: Sequence[int]) -> None:
        command = ActivateJobs(job_type, worker="test", timeout=1000, max_jobs_to_activate=1)
        asked.append(asyncio.ensure_future(partition.submit(command)))

    partition.on_jobs_available(ask)
    commits = store.commits

    await partition.submit(PublishMessage("paid", "T-1", 0))
    answer = await asked[0]

    assert isinstance(answer, JobsActivated)
    assert [job.type for job in answer.jobs] == ["ship"]
    assert store.commits - commits == 1
