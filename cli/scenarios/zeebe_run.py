"""The same cases on a real Zeebe broker, beside the embedded gateway: each must pass on both and give the same read models."""

import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from cli.scenarios.cluster_stage import MESSAGE_CHECK_MS, NUDGED_MS, BrokerStages
from cli.scenarios.files import TestCase
from cli.scenarios.models import Models
from cli.scenarios.player import Outcome, play
from cli.scenarios.read_models import difference
from zeebe.exporter_sink import MemoryRecordLog, serving
from zeebe.local_broker import BrokerOptions, Export, RunningBroker, fetched_distribution, find_java, free_ports
from zeebe.local_broker.distribution import Tell


@asynccontextmanager
async def broker_stages(version: str, cache: Path, java_home: str | None, tell: Tell) -> AsyncIterator[BrokerStages]:
    """A broker of its own with a controlled clock, whose records come at once; gone afterwards.

    Raises:
        BrokerMissing, BrokerFailed: it cannot run here.
    """
    home, java = fetched_distribution(version, cache, tell=tell), find_java(java_home)
    log = MemoryRecordLog()
    with tempfile.TemporaryDirectory(prefix="penstock-zeebe-") as folder:
        async with serving(log) as url:
            options = BrokerOptions(
                Path(folder),
                free_ports(),
                # Its clock stands still, and with it the delay after which it would send: so each record goes by itself.
                Export(url, bulk_records=1),
                controlled_clock=True,
                message_check_seconds=MESSAGE_CHECK_MS // 1000,
            )
            broker = RunningBroker(home, java, options)
            try:
                await broker.start_beside(tell=tell)
                stages = BrokerStages(options.ports, log)
                await stages.warm()
                yield stages
            finally:
                # Nothing of it is kept, so nobody waits for it to close its files.
                broker.kill()


async def play_on_both(case: TestCase, models: Models, stages: BrokerStages) -> Outcome:
    """The outcome on Zeebe; a failure also where the embedded gateway, or its read models, say something else."""
    at = time.time_ns() // 1_000_000
    embedded = await play(case, models, at=at)
    nudges = stages.times.nudges
    real = await play(case, models, stages.stage, at=at)
    if embedded.failure:
        return replace(real, failure=f"on the embedded gateway: {embedded.failure}")
    if real.failure:
        return replace(real, failure=f"on Zeebe: {real.failure}")
    # Where its clock had to be helped on, moments lie a little later than on the gateway.
    slack = NUDGED_MS if stages.times.nudges > nudges else 0
    return replace(real, failure=difference(embedded.records, real.records, slack_ms=slack))
