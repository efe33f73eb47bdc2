"""How the engine bears many at once: instances that wait, buffered messages, timers due together, multi-instances, long loops.

python -m bench.state_scale [waiting|messages|timers|multi_instance|loop|flat …] [--scale 1.0]

Each prints its figures. While it works, a probe creates a small instance every few milliseconds, as another client would: its
longest wait is the stall, told also in the time that this process had the processor. `--scale 0.1` runs with a tenth of the
numbers, for a machine that is busy with other things.
"""

import argparse
import asyncio
import gc
import resource
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path

from engine.gateway.clock import ControlledClock
from engine.gateway.partition import DurablePartition
from engine.processing import commands as c

WAITING = 356_000
MANY = 100_000
ITEMS = 10_000
COMPLETED = 1_000_000
IN_FLIGHT = 64
HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" targetNamespace="http://penstock/bench">'
)
EXTENSIONS = "<bpmn:extensionElements>{}</bpmn:extensionElements>"
JOB = EXTENSIONS.format('<zeebe:taskDefinition type="{}"/>')
FLOW = '<bpmn:sequenceFlow id="{0}" sourceRef="{1}" targetRef="{2}">{3}</bpmn:sequenceFlow>'


def model(process_id: str, body: str) -> bytes:
    start = f'<bpmn:process id="{process_id}" isExecutable="true"><bpmn:startEvent id="s"/>'
    return f"{HEAD}{start}{body}</bpmn:process></bpmn:definitions>".encode()


def chain(process_id: str, *elements: str) -> bytes:
    """A process of elements one after the other; each is a tag with the id e0, e1 …"""
    flows = [
        FLOW.format(f"f{index}", "s" if not index else f"e{index - 1}", f"e{index}", "") for index in range(len(elements) + 1)
    ]
    return model(process_id, "".join(elements) + f'<bpmn:endEvent id="e{len(elements)}"/>' + "".join(flows))


SMALL = chain("small")
WORK = chain("work", f'<bpmn:serviceTask id="e0">{JOB.format("work")}</bpmn:serviceTask>')
TIMER = chain(
    "timer",
    '<bpmn:intermediateCatchEvent id="e0"><bpmn:timerEventDefinition id="t"><bpmn:timeDuration>PT1H</bpmn:timeDuration>'
    "</bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>",
)
LOOP_CHARACTERISTICS = EXTENSIONS.format(
    '<zeebe:loopCharacteristics inputCollection="=items" inputElement="item" outputCollection="results" outputElement="=item"/>'
)
MULTI_INSTANCE = chain(
    "many",
    f'<bpmn:serviceTask id="e0">{JOB.format("item")}<bpmn:multiInstanceLoopCharacteristics>{LOOP_CHARACTERISTICS}'
    "</bpmn:multiInstanceLoopCharacteristics></bpmn:serviceTask>",
)
LOOP = model(
    "loop",
    f'<bpmn:serviceTask id="turn">{JOB.format("turn")}</bpmn:serviceTask><bpmn:exclusiveGateway id="g" default="again"/>'
    '<bpmn:endEvent id="e"/>'
    + FLOW.format("f1", "s", "turn", "")
    + FLOW.format("f2", "turn", "g", "")
    + FLOW.format("again", "g", "turn", "")
    + FLOW.format("f3", "g", "e", "<bpmn:conditionExpression>=n &gt;= turns</bpmn:conditionExpression>"),
)


class Probe:
    """Another client: how long its command waits while the rest goes on."""

    def __init__(self, partition: DurablePartition) -> None:
        self._partition = partition
        self.waits: list[float] = []
        self.busy: list[float] = []

    async def run(self) -> None:
        while True:
            begun, used = time.perf_counter(), time.process_time()
            await self._partition.submit(c.CreateProcessInstance("small"))
            self.waits.append(time.perf_counter() - begun)
            self.busy.append(time.process_time() - used)
            await asyncio.sleep(0.005)

    def __str__(self) -> str:
        waits = sorted(self.waits)
        return (
            f"others waited {waits[len(waits) // 2] * 1000:.0f} ms (median), {waits[-1] * 1000:.0f} ms (longest; "
            f"{max(self.busy) * 1000:.0f} ms of processor)"
        )


@asynccontextmanager
async def opened(folder: Path, clock: ControlledClock | None = None) -> AsyncIterator[DurablePartition]:
    partition = DurablePartition.open(folder, clock=clock)
    await partition.start()
    try:
        yield partition
    finally:
        await partition.stop()


@asynccontextmanager
async def probed(partition: DurablePartition) -> AsyncIterator[Probe]:
    probe = Probe(partition)
    running = asyncio.create_task(probe.run())
    try:
        yield probe
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def deploy(partition: DurablePartition, *models: bytes) -> None:
    for number, content in enumerate((SMALL, *models)):
        await partition.submit(c.DeployResource((c.Resource(f"{number}.bpmn", content),)))


async def all_of(count: int, submit: Callable[[int], Coroutine[object, object, object]]) -> float:
    """Do it so many times, some at once; the seconds it took."""
    started = time.perf_counter()
    numbers = iter(range(count))

    async def actor() -> None:
        for number in numbers:
            await submit(number)

    await asyncio.gather(*(actor() for _ in range(IN_FLIGHT)))
    return time.perf_counter() - started


def memory() -> float:
    """Megabytes that this process holds."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


async def complete_all(partition: DurablePartition, job_type: str, count: int) -> float:
    started, done = time.perf_counter(), 0
    while done < count:
        answer = await partition.submit(c.ActivateJobs(job_type, "bench", 600_000, 64, ("item",)))
        assert isinstance(answer, c.JobsActivated)
        await asyncio.gather(*(partition.submit(c.CompleteJob(job.key)) for job in answer.jobs))
        done += len(answer.jobs)
        if not answer.jobs:
            await asyncio.sleep(0.001)
    return time.perf_counter() - started


async def waiting(folder: Path, scale: float) -> None:
    """Instances that wait for a job: memory, restart, and what a step costs among them."""
    count = int(WAITING * scale)
    async with opened(folder) as partition:
        await deploy(partition, WORK)
        first = await step_cost(partition)
        for share in range(5):
            seconds = await all_of(count // 5, lambda number: create(partition, "work", {"n": number}))
            print(f"  {count // 5 * (share + 1):>9,} waiting: {count / 5 / seconds:,.0f} created/s, {memory():,.0f} MB")
        last = await step_cost(partition)
    print(f"  an instance among none {first * 1e6:,.0f} µs, among {count:,} {last * 1e6:,.0f} µs: {last / first:.2f} times")
    started, used = time.perf_counter(), time.process_time()
    async with opened(folder) as partition:
        answer = await partition.submit(c.ActivateJobs("work", "bench", 60_000, 1))
        assert isinstance(answer, c.JobsActivated)
        seconds, processor = time.perf_counter() - started, time.process_time() - used
        print(f"  opened again and served {len(answer.jobs)} job after {seconds:.2f} s ({processor:.2f} s of processor)")


async def create(partition: DurablePartition, process_id: str, variables: dict[str, object]) -> None:
    await partition.submit(c.CreateProcessInstance(process_id, variables=variables))


async def step_cost(partition: DurablePartition, count: int = 2_000) -> float:
    """Seconds of processor for an instance from creation to end, of a process that does not wait."""
    used = time.process_time()
    await all_of(count, lambda _: create(partition, "small", {}))
    return (time.process_time() - used) / count


async def messages(folder: Path, scale: float) -> None:
    """Messages that are buffered."""
    count = int(MANY * scale)
    async with opened(folder) as partition:
        await deploy(partition)
        async with probed(partition) as probe:

            async def publish(number: int) -> None:
                await partition.submit(c.PublishMessage("paid", f"T-{number}", 3_600_000, f"M-{number}"))

            tenth = await all_of(count // 10, publish)
            rest = await all_of(count - count // 10, lambda number: publish(number + count // 10))
        print(
            f"  the first tenth {count / 10 / tenth:,.0f}/s, the rest {count * 0.9 / rest:,.0f}/s, {memory():,.0f} MB; {probe}"
        )


async def timers(folder: Path, scale: float) -> None:
    """Timers that are all due at the same moment."""
    count = int(MANY * scale)
    clock = ControlledClock()
    async with opened(folder, clock) as partition:
        await deploy(partition, TIMER)
        await all_of(count, lambda _: create(partition, "timer", {}))
        async with probed(partition) as probe:
            started = time.perf_counter()
            clock.add(3_600_001)
            await partition.submit(c.CreateProcessInstance("small"))
            while partition._processor.next_due is not None:  # noqa: SLF001, ASYNC110 - it is measured from within
                await asyncio.sleep(0.01)
            seconds = time.perf_counter() - started
        print(f"  {count:,} timers in {seconds:.1f} s, {count / seconds:,.0f}/s; {probe}")


async def multi_instance(folder: Path, scale: float) -> None:
    """A parallel multi-instance: all inner instances begin, then their jobs are completed."""
    count = int(ITEMS * scale)
    async with opened(folder) as partition:
        await deploy(partition, MULTI_INSTANCE)
        async with probed(partition) as probe:
            started = time.perf_counter()
            await create(partition, "many", {"items": list(range(count))})
            while jobs_of(partition) < count:  # noqa: ASYNC110 - it is measured from within
                await asyncio.sleep(0.01)
            begun = time.perf_counter() - started
        print(f"  {count:,} inner instances begun in {begun:.1f} s; {probe}")
        async with probed(partition) as probe:
            seconds = await complete_all(partition, "item", count)
        print(f"  and completed in {seconds:.1f} s; {probe}")


def jobs_of(partition: DurablePartition) -> int:
    return len(partition._processor.engine.state.jobs._heaps.get("item", ()))  # noqa: SLF001 - it is measured from within


async def loop(folder: Path, scale: float) -> None:
    """One instance that goes round and round."""
    turns = int(ITEMS * scale)
    async with opened(folder) as partition:
        await deploy(partition, LOOP)
        async with probed(partition) as probe:
            started, used = time.perf_counter(), time.process_time()
            await create(partition, "loop", {"n": 0, "turns": turns})
            halves: list[float] = []
            for turn in range(1, turns + 1):
                await take_turn(partition, turn)
                if turn in {turns // 2, turns}:
                    halves.append(time.process_time() - used - sum(halves))
            seconds = time.perf_counter() - started
        print(f"  {turns:,} turns in {seconds:.1f} s, the second half {halves[1] / halves[0]:.2f} times the first; {probe}")


async def take_turn(partition: DurablePartition, turn: int) -> None:
    answer = await partition.submit(c.ActivateJobs("turn", "bench", 600_000, 1))
    assert isinstance(answer, c.JobsActivated)
    await partition.submit(c.CompleteJob(answer.jobs[0].key, {"n": turn}))


async def flat(folder: Path, scale: float) -> None:
    """What an instance with a job costs, from the first to the last of very many, with records dropped as they are read."""
    count = int(COMPLETED * scale)
    partition = DurablePartition.open(folder, keep_records_seconds=0)
    await partition.start()
    await deploy(partition, WORK)
    share = max(1_000, count // 10)
    first = 0.0
    for done in range(0, count, share):
        used, started = time.process_time(), time.perf_counter()
        await asyncio.gather(
            all_of(share, lambda number: create(partition, "work", {"n": number})), complete_all(partition, "work", share)
        )
        partition.acknowledge("bench", partition.last_position)
        cpu, seconds = (time.process_time() - used) / share, time.perf_counter() - started
        first = first or cpu
        size = (folder / "engine.db").stat().st_size / 1e6
        print(
            f"  {done + share:>9,} completed: {share / seconds:,.0f}/s, {cpu * 1e6:,.0f} µs of processor each "
            f"({cpu / first:.2f} times the first), {memory():,.0f} MB of memory, {size:,.0f} MB of file"
        )
    await partition.stop()


PARTS = {part.__name__: part for part in (waiting, messages, timers, multi_instance, loop, flat)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="which to run; all of them by default")
    parser.add_argument("--scale", type=float, default=1.0)
    arguments = parser.parse_args()
    for name in arguments.parts or PARTS:
        print(f"{name}: {PARTS[name].__doc__}")
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(PARTS[name](Path(folder), arguments.scale))


if __name__ == "__main__":
    main()
