"""Runs the house's own workers, and dies by kill -9 between acting and completing, once for each element named.

PENSTOCK_DATA_DIR=… python -m tests.integration.dying_house_workers ELEMENT…
"""

import sys
from functools import partial
from importlib import import_module

import bootstrap
from settings import Settings
from tests.integration.dying import Dying
from tests.integration.nursery import raise_workers
from zeebe.worker import JobWorkerLoop

# What the workers import when they first need it.
LATE = (
    "bootstrap.job_workers",
    "bootstrap.practice",
    "services.classification.training",
    "services.llm.openai_endpoint",
    "workers.main",
)


async def main(*elements: str) -> None:
    settings = Settings()
    with bootstrap.open_database(settings) as engine:
        async with bootstrap.zeebe_client(settings) as client:
            every = bootstrap.workers(settings, engine, client)
            await JobWorkerLoop(client, [Dying(each, settings.data_dir, frozenset(elements)) for each in every]).run()


if __name__ == "__main__":
    for name in LATE:
        import_module(name)
    raise_workers(partial(main, *sys.argv[1:]))
