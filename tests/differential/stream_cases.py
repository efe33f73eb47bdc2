"""What can happen to jobs that are streamed: each case is named by its function."""

from tests.differential.streams import Case, Stage

CASES: dict[str, Case] = {}


def case(play: Case) -> Case:
    CASES[play.__name__] = play
    return play


@case
async def stream_before_jobs(stage: Stage) -> None:
    stream = await stage.open("a")
    for number in range(3):
        await stage.create(n=number)
        await stage.complete(await stage.next_of(stream))


@case
async def jobs_at_once(stage: Stage) -> None:
    """More than a client reads between two looks: none is lost, none comes twice."""
    stream = await stage.open("a")
    for number in range(12):
        await stage.create(n=number)
    jobs = [await stage.next_of(stream) for _ in range(12)]
    for job in jobs:
        await stage.complete(job)
    stage.told.sort()


@case
async def fetched_variables(stage: Stage) -> None:
    stream = await stage.open("a", fetchVariable=["n", "absent"])
    await stage.create(n=1, secret="no")
    await stage.complete(await stage.next_of(stream))


@case
async def default_tenant(stage: Stage) -> None:
    stream = await stage.open("a", tenantIds=["<default>"])
    await stage.create(n=1)
    await stage.complete(await stage.next_of(stream))


@case
async def jobs_that_wait_before_the_stream(stage: Stage) -> None:
    """What waited when the stream was opened is polled; only what comes from then on is pushed."""
    await stage.create(n=0)
    await stage.create(n=1)
    stream = await stage.open("a")
    await stage.create(n=2)
    await stage.complete(await stage.next_of(stream))
    for job in await stage.poll("p"):
        await stage.complete(job)


@case
async def waiting_job_is_made_activatable_anew(stage: Stage) -> None:
    """One that waited before the stream is pushed once it has been polled and has failed."""
    await stage.create(n=0)
    await stage.create(n=1)
    stream = await stage.open("a")
    first, second = await stage.poll("p")
    await stage.fail(second, 2)
    await stage.complete(await stage.next_of(stream))
    await stage.complete(first)


@case
async def poll_that_waits_beside_a_stream(stage: Stage) -> None:
    """The stream gets all that comes, whoever else waits for jobs."""
    stream = await stage.open("a")
    stage.poll_in_background("p")
    for number in range(4):
        await stage.create(n=number)
        await stage.complete(await stage.next_of(stream))


@case
async def two_streams_of_one_type(stage: Stage) -> None:
    """Each job goes to one of them."""
    streams = [await stage.open("a"), await stage.open("b")]
    for number in range(4):
        await stage.create(n=number)
        await stage.complete(await stage.next_of(*streams, tell_who=False))


@case
async def one_of_two_streams_is_closed(stage: Stage) -> None:
    """The one that is left gets all."""
    short = await stage.open("a", fetchVariable=["n"])
    whole = await stage.open("b")
    await stage.close(short)
    await stage.create(n=1, more=2)
    await stage.complete(await stage.next_of(whole))


@case
async def poll_beside_a_stream(stage: Stage) -> None:
    """What waited before the stream is polled; what comes is pushed."""
    await stage.create(n=0)
    (job,) = await stage.poll("p", 1)
    stream = await stage.open("a")
    await stage.complete(job)
    await stage.create(n=1)
    pushed = await stage.next_of(stream)
    await stage.poll("p")
    await stage.complete(pushed)


@case
async def pushed_job_that_times_out(stage: Stage) -> None:
    """It is pushed again, with the retries it had."""
    stream = await stage.open("a", timeout=20_000)
    await stage.create(n=1)
    await stage.next_of(stream)
    await stage.advance(25_000)
    await stage.complete(await stage.next_of(stream))


@case
async def pushed_job_that_times_out_and_is_polled(stage: Stage) -> None:
    stream = await stage.open("a", timeout=20_000)
    await stage.create(n=1)
    await stage.next_of(stream)
    await stage.close(stream)
    await stage.advance(25_000)
    await stage.complete(await stage.poll_until_there("p"))


@case
async def failed_with_retries(stage: Stage) -> None:
    stream = await stage.open("a")
    await stage.create(n=1)
    await stage.fail(await stage.next_of(stream), 2)
    await stage.fail(await stage.next_of(stream), 1)
    await stage.complete(await stage.next_of(stream))


@case
async def failed_with_back_off(stage: Stage) -> None:
    stream = await stage.open("a")
    await stage.create(n=1)
    await stage.fail(await stage.next_of(stream), 2, back_off=30_000)
    await stage.advance(35_000)
    await stage.complete(await stage.next_of(stream))


@case
async def polled_job_that_fails_is_pushed(stage: Stage) -> None:
    await stage.create(n=1)
    (job,) = await stage.poll("p", 1)
    stream = await stage.open("a")
    await stage.fail(job, 2)
    await stage.complete(await stage.next_of(stream))


@case
async def polled_job_that_times_out_is_pushed(stage: Stage) -> None:
    await stage.create(n=1)
    await stage.poll("p", 1, timeout=20_000)
    stream = await stage.open("a")
    await stage.advance(25_000)
    await stage.complete(await stage.next_of(stream))


@case
async def closed_before_jobs_come(stage: Stage) -> None:
    """They wait for whoever asks."""
    stream = await stage.open("a")
    await stage.create(n=1)
    await stage.complete(await stage.next_of(stream))
    await stage.close(stream)
    await stage.create(n=2)
    (job,) = await stage.poll("p", 1)
    await stage.complete(job)


@case
async def incident_resolved(stage: Stage) -> None:
    """A job without retries is pushed when its incident is resolved."""
    stream = await stage.open("a")
    await stage.create(n=1)
    job = await stage.next_of(stream)
    await stage.fail(job, 0)
    await stage.resolve(job)
    await stage.complete(await stage.next_of(stream))


@case
async def refused(stage: Stage) -> None:
    await stage.refusal(worker="a", timeout=1_000)
    await stage.refusal(type="x", worker="a")
    await stage.refusal(type="x", worker="a", timeout=-1)
    await stage.refusal(type="x", worker="a", timeout=1_000, tenantIds=["other"])
    await stage.refusal(type="x", worker="a", timeout=1_000, tenantIds=["<default>", "other"])
