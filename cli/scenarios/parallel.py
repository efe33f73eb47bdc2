"""Plays cases on all processors: each in one of a few processes, heard of in the order in which the cases stand.

The processes are copies of this one, so what was imported and read already is shared. Where no copy can be had, or there is one
processor only, this process plays them all.
"""

import asyncio
import multiprocessing
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

from cli.scenarios.files import TestCase
from cli.scenarios.models import Models
from cli.scenarios.player import Outcome, play

# A process more is worth its start only if it has a few cases to play.
CASES_A_PROCESS = 4

# What a process of the pool plays on, and with.
_runner: asyncio.Runner | None = None
_models: Models | None = None


def processors() -> int:
    """How many of the machine's processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def played(cases: Sequence[TestCase], models: Models, processes: int) -> Iterator[Outcome]:
    """How each case went, in order; without the records, which only who compares engines wants."""
    processes = min(processes, -(-len(cases) // CASES_A_PROCESS))
    if processes < 2 or sys.platform != "linux":
        with asyncio.Runner() as runner:
            for case in cases:
                yield _outcome(runner, case, models)
        return
    # The copies are made before this process opens its first connection: they begin without threads of anybody's.
    with ProcessPoolExecutor(processes, multiprocessing.get_context("fork"), _begin, (models,)) as pool:
        yield from pool.map(_play, cases)


def _outcome(runner: asyncio.Runner, case: TestCase, models: Models) -> Outcome:
    return replace(runner.run(play(case, models)), records=())


def _begin(models: Models) -> None:
    global _models, _runner
    _models, _runner = models, asyncio.Runner()


def _play(case: TestCase) -> Outcome:
    assert _runner is not None and _models is not None, "the pool begins each process with both"  # noqa: PT018 - no test
    return _outcome(_runner, case, _models)
