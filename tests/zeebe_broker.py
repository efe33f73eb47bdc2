"""A real Zeebe broker for tests, fetched once per machine by Maven; tests skip by name where it cannot run.

`PENSTOCK_ZEEBE_CACHE` names a folder that has the archive unpacked already.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from zeebe.local_broker import (
    BrokerMissing,
    BrokerOptions,
    Export,
    RunningBroker,
    fetched_distribution,
    find_java,
    free_ports,
    running_broker,
)

VERSION = "8.5.8"


def cache() -> Path:
    """Where the archives are unpacked."""
    return Path(os.environ.get("PENSTOCK_ZEEBE_CACHE", Path.home() / ".cache" / "penstock"))


@contextmanager
def real_broker(
    data: Path,
    sink_url: str,
    *,
    version: str = VERSION,
    partitions: int = 1,
    controlled_clock: bool = False,
    job_batches: bool = False,
) -> Iterator[RunningBroker]:
    """A broker of its own, on free ports, sending its records to a sink."""
    try:
        home, java = fetched_distribution(version, cache()), find_java()
    except BrokerMissing as missing:
        pytest.skip(f"the real Zeebe {version} cannot run here: {missing}")
    options = BrokerOptions(
        data,
        free_ports(),
        Export(sink_url, delay_seconds=1, username="penstock", password="tests", job_batches=job_batches),
        partitions=partitions,
        controlled_clock=controlled_clock,
    )
    with running_broker(home, java, options) as broker:
        yield broker
    shutil.rmtree(data, ignore_errors=True)
