import json
from dataclasses import dataclass, field

import httpx

from cli.scenarios.cluster_stage import ClusterStage
from zeebe.exporter_sink import MemoryRecordLog
from zeebe.exporter_sink.bulk import ExportedRecord
from zeebe.records import Record


@dataclass
class Broker:
    """Has a clock that stands still; while it is stuck, its records come when that clock has been moved far enough."""

    log: MemoryRecordLog = field(default_factory=MemoryRecordLog)
    stuck_until: int = 0
    now: int = 0
    held: list[Record] = field(default_factory=list)
    position: int = 0

    async def publish_message(self, name: str, _correlation_key: str, *, time_to_live_ms: int) -> int:
        assert time_to_live_ms == 0
        self.position += 1
        self.held.append(
            Record(
                position=self.position,
                value_type="MESSAGE",
                intent="EXPIRED",
                key=self.position,
                timestamp=self.now,
                record_type="EVENT",
                value={"name": name},
            )
        )
        self.send()
        return self.position

    def send(self) -> None:
        if self.now >= self.stuck_until:
            self.log.append([ExportedRecord(each, b"", each.position) for each in self.held])
            self.held.clear()

    def move(self, request: httpx.Request) -> httpx.Response:
        self.now += json.loads(request.content)["offsetMilli"]
        self.send()
        return httpx.Response(200, json={"epochMilli": self.now})


def stage_on(broker: Broker, management: httpx.AsyncClient) -> ClusterStage:
    return ClusterStage(broker, management=management, log=broker.log, quiet_seconds=0.0, silent_seconds=0.02)  # type: ignore[arg-type]


async def test_a_broker_that_tries_again_by_a_clock_that_stands_still_is_helped_on() -> None:
    broker = Broker(stuck_until=500)

    async with httpx.AsyncClient(transport=httpx.MockTransport(broker.move), base_url="http://broker") as management:
        stage = stage_on(broker, management)
        async with stage.helped_on():
            happened = await stage.rest()

    assert not happened
    assert broker.now >= 500
    # Who compares moments is told.
    assert stage.times.nudges == broker.now // 200


async def test_the_clock_of_a_broker_that_answers_is_left_alone() -> None:
    broker = Broker()

    async with httpx.AsyncClient(transport=httpx.MockTransport(broker.move), base_url="http://broker") as management:
        stage = stage_on(broker, management)
        stage.silent_seconds = 60.0
        async with stage.helped_on():
            await stage.rest()

    assert (broker.now, stage.times.nudges) == (0, 0)
