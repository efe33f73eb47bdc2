"""Jobs that a real broker streams: still as recorded, which is what the embedded gateway is held to."""

import pytest

from tests.differential.stream_places import play_on
from tests.differential.streams import recorded
from zeebe.exporter_sink import serving


@pytest.mark.timeout(240)
async def test_a_broker_streams_jobs_as_recorded(exporting) -> None:
    async with serving(exporting.log, **exporting.sink):
        told = await play_on(exporting.broker, exporting.log)

    assert told == recorded()
