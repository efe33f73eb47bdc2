import socket

import pytest

from zeebe.errors import Unavailable
from zeebe.record_source import EmbeddedRecordSource


@pytest.mark.timeout(60)
async def test_a_gateway_that_hangs_is_away_for_whoever_asks_how_far_it_is() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host, port = silent.getsockname()
        source = EmbeddedRecordSource(f"http://{host}:{port}", answer_seconds=0.1)

        with pytest.raises(Unavailable, match="ReadTimeout"):
            await source.last_positions()
