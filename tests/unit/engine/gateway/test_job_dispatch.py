import asyncio
from dataclasses import replace

import pytest

from engine.gateway.job_dispatch import JobDispatch
from engine.processing.commands import ActivateJobs, CommandRejected, FailJob
from tests.unit.engine.gateway.jobs_in_memory import JobsInMemory, a_job


def wish(count: int = 1, worker: str = "w", job_type: str = "work") -> ActivateJobs:
    return ActivateJobs(type=job_type, worker=worker, timeout=1000, max_jobs_to_activate=count)


async def test_jobs_that_are_there_are_handed_out_at_once() -> None:
    partition = JobsInMemory()
    partition.add(a_job(1), a_job(2), a_job(3))

    jobs = await JobDispatch(partition).jobs(wish(2), 5)

    assert [job.key for job in jobs] == [1, 2]


async def test_a_client_waits_until_a_job_comes() -> None:
    partition = JobsInMemory()
    waiting = asyncio.ensure_future(JobDispatch(partition).jobs(wish(), 5))
    await asyncio.sleep(0.01)

    partition.add(a_job(7))

    assert [job.key for job in await waiting] == [7]


async def test_a_client_goes_with_nothing_when_its_time_is_up() -> None:
    dispatch = JobDispatch(JobsInMemory())

    jobs = await dispatch.jobs(wish(), 0.01)

    assert jobs == ()
    assert dispatch.waiting == 0


async def test_a_client_that_does_not_wait_is_answered_at_once() -> None:
    partition = JobsInMemory()
    dispatch = JobDispatch(partition)

    nothing = await asyncio.wait_for(dispatch.jobs_now(wish()), 1)
    partition.add(a_job(1))
    something = await asyncio.wait_for(dispatch.jobs_now(wish()), 1)

    assert (nothing, [job.key for job in something]) == ((), [1])


async def test_waiting_clients_get_one_job_each_in_the_order_they_came() -> None:
    partition = JobsInMemory()
    dispatch = JobDispatch(partition)
    waiting = [asyncio.ensure_future(dispatch.jobs(wish(worker=f"w{n}"), 5)) for n in range(3)]
    await asyncio.sleep(0.01)

    partition.add(a_job(1), a_job(2), a_job(3))

    assert [jobs[0].key for jobs in await asyncio.gather(*waiting)] == [1, 2, 3]


async def test_a_thousand_waiting_clients_cost_one_question_when_one_more_comes() -> None:
    partition = JobsInMemory()
    dispatch = JobDispatch(partition)
    waiting = [asyncio.ensure_future(dispatch.jobs(wish(), 5)) for _ in range(1000)]
    await partition.seen(1, ActivateJobs)
    await dispatch.settled()
    asked = len(partition.commands)

    late = await dispatch.jobs(wish(), 0.05)

    assert late == ()
    assert len(partition.commands) - asked == 1
    await dispatch.close()
    assert await asyncio.gather(*waiting) == [()] * 1000


async def test_a_burst_reaches_all_waiting_clients() -> None:
    partition = JobsInMemory(latency=0.001)
    dispatch = JobDispatch(partition)
    waiting = [asyncio.ensure_future(dispatch.jobs(wish(), 5)) for _ in range(100)]
    await asyncio.sleep(0.01)

    partition.add(*(a_job(n) for n in range(100)))

    assert sorted(jobs[0].key for jobs in await asyncio.gather(*waiting)) == list(range(100))


async def test_a_job_activated_for_a_client_that_left_is_given_back_with_its_retries() -> None:
    partition = JobsInMemory(latency=0.02)
    dispatch = JobDispatch(partition)
    partition.add(a_job(1))
    leaving = asyncio.ensure_future(dispatch.jobs(wish(), 5))
    await asyncio.sleep(0.01)

    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    await dispatch.settled()

    assert partition.activatable() == [1]
    assert isinstance(partition.commands[-1], FailJob)
    assert partition.commands[-1].retries == 3


async def test_a_job_on_its_way_when_the_time_is_up_still_arrives() -> None:
    partition = JobsInMemory(latency=0.05)
    partition.add(a_job(1))

    jobs = await JobDispatch(partition).jobs(wish(), 0.01)

    assert [job.key for job in jobs] == [1]


async def test_clients_that_left_are_forgotten() -> None:
    partition = JobsInMemory()
    dispatch = JobDispatch(partition)
    patient = asyncio.ensure_future(dispatch.jobs(wish(), 5))

    for _ in range(50):
        await dispatch.jobs(wish(), 0.001)

    (queue,) = dispatch._queues.values()
    assert len(queue.waiters) == 1
    await dispatch.close()
    await patient
    assert not dispatch._queues


async def test_more_clients_than_allowed_are_refused() -> None:
    dispatch = JobDispatch(JobsInMemory(), most_waiting=1)
    first = asyncio.ensure_future(dispatch.jobs(wish(), 5))
    await asyncio.sleep(0.01)

    with pytest.raises(CommandRejected, match="RESOURCE_EXHAUSTED"):
        await dispatch.jobs(wish(), 5)

    await dispatch.close()
    assert await first == ()


async def test_a_closed_dispatch_lets_go_and_takes_no_more() -> None:
    dispatch = JobDispatch(JobsInMemory())
    waiting = asyncio.ensure_future(dispatch.jobs(wish(), None))
    await asyncio.sleep(0.01)

    await dispatch.close()

    assert await waiting == ()
    with pytest.raises(CommandRejected, match="UNAVAILABLE"):
        await dispatch.jobs(wish(), 5)


def streamed(count: int = 8, worker: str = "s") -> ActivateJobs:
    return replace(wish(count, worker), is_pushed=True)


async def test_what_comes_while_a_stream_is_open_is_pushed_before_who_polls_gets_it() -> None:
    partition = JobsInMemory()
    dispatch = JobDispatch(partition)
    polling = asyncio.ensure_future(dispatch.jobs(wish(), 5))
    await partition.seen(1, ActivateJobs)

    with dispatch.stream(streamed()):
        reading = asyncio.ensure_future(dispatch.jobs(streamed(), None))
        await asyncio.sleep(0)
        partition.add(a_job(1))
        pushed = await reading

    assert [job.key for job in pushed] == [1]
    assert not polling.done()
    await dispatch.close()
    assert await polling == ()


async def test_a_stream_that_is_busy_leaves_its_jobs_to_who_polls() -> None:
    partition = JobsInMemory()
    dispatch = JobDispatch(partition)

    with dispatch.stream(streamed()):
        polling = asyncio.ensure_future(dispatch.jobs(wish(), 5))
        await partition.seen(1, ActivateJobs)
        partition.add(a_job(1), a_job(2))
        polled = await polling
        pushed = await dispatch.jobs(streamed(), None)

    assert ([job.key for job in polled], [job.key for job in pushed]) == ([1], [2])


async def test_what_the_last_stream_did_not_take_is_for_who_polls() -> None:
    partition = JobsInMemory()
    dispatch = JobDispatch(partition)
    with dispatch.stream(streamed()):
        reading = asyncio.ensure_future(dispatch.jobs(streamed(1), None))
        await asyncio.sleep(0)
        partition.add(a_job(1), a_job(2))
        await reading
    await dispatch.settled()

    with dispatch.stream(streamed()):
        waiting = asyncio.ensure_future(dispatch.jobs(streamed(), None))
        polled = await dispatch.jobs(wish(), 5)
        await dispatch.settled()
        assert not waiting.done()
        await dispatch.close()

    assert [job.key for job in polled] == [2]
    assert await waiting == ()


async def test_a_burst_is_shared_among_streams() -> None:
    partition = JobsInMemory(latency=0.001)
    dispatch = JobDispatch(partition)
    with dispatch.stream(streamed()), dispatch.stream(streamed()):
        reading = [asyncio.ensure_future(dispatch.jobs(streamed(), None)) for _ in range(2)]
        await asyncio.sleep(0)

        partition.add(*(a_job(n) for n in range(16)))
        shared = await asyncio.gather(*reading)

        assert sorted(job.key for jobs in shared for job in jobs) == sorted({job.key for jobs in shared for job in jobs})
        assert all(shared)
