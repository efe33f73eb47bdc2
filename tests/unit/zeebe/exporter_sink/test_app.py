"""The sink as the exporter meets it."""

import base64
import gzip
from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy.exc import OperationalError

from tests.unit.zeebe.exporter_sink.bulks import bulk, line
from zeebe.exporter_sink import Credentials, MemoryRecordLog
from zeebe.exporter_sink.app import create_sink


def client(log: MemoryRecordLog, **options) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(create_sink(log, **options)), base_url="http://sink")


async def pieces(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), 50):
        yield body[start : start + 50]


async def test_takes_a_chunked_bulk_and_answers_as_elasticsearch_does() -> None:
    log = MemoryRecordLog()

    async with client(log) as http:
        answer = await http.post("/_bulk", content=pieces(bulk(line(1), line(2))))

    assert answer.status_code == 200
    assert answer.headers["x-elastic-product"] == "Elasticsearch"
    assert (answer.json()["errors"], len(answer.json()["items"])) == (False, 2)
    assert [record.position for record in log.read({})] == [1, 2]


async def test_takes_a_gzip_bulk() -> None:
    log = MemoryRecordLog()

    async with client(log) as http:
        packed = gzip.compress(bulk(line(1)))
        answer = await http.post("/_bulk", content=pieces(packed), headers={"Content-Encoding": "gzip"})

    assert answer.status_code == 200
    assert log.partitions()[0].position == 1


@pytest.mark.parametrize(
    "path",
    [
        "/zeebe-record*/_settings?allow_no_indices=true",
        # An exporter whose createTemplate and retention were left as they are wont to be sends these, too.
        "/_component_template/zeebe-record",
        "/_index_template/zeebe-record_process-instance_8.5.8",
        "/_ilm/policy/zeebe-record-retention-policy",
    ],
)
async def test_acknowledges_what_the_exporter_sends_before_its_first_bulk(path) -> None:
    async with client(MemoryRecordLog()) as http:
        answer = await http.put(path, json={"index": {}})

    assert (answer.status_code, answer.json()) == (200, {"acknowledged": True})


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"x" * 2_000, {}, 413),
        (gzip.compress(b"x" * 1_000_000), {"Content-Encoding": "gzip"}, 413),
        (b"this is no gzip", {"Content-Encoding": "gzip"}, 400),
        (gzip.compress(bulk(line(1)))[:-9], {"Content-Encoding": "gzip"}, 400),
        (b"", {"Content-Encoding": "br"}, 415),
        (b"hello\n", {}, 400),
    ],
)
async def test_refuses_what_is_too_large_or_no_bulk_and_keeps_nothing(body, headers, status) -> None:
    log = MemoryRecordLog()

    async with client(log, max_bytes=1_000) as http:
        answer = await http.post("/_bulk", content=pieces(body), headers=headers)

    assert answer.status_code == status
    assert answer.json()["error"]["reason"]
    assert log.partitions() == []


async def test_a_bulk_with_one_wrong_line_is_refused_as_a_whole() -> None:
    log = MemoryRecordLog()

    async with client(log) as http:
        answer = await http.post("/_bulk", content=bulk(line(1), b"{}"))

    assert (answer.status_code, log.partitions()) == (400, [])


@pytest.mark.parametrize(
    "given", ["", "Basic", "Basic !!!", "Bearer abc", "Basic " + base64.b64encode(b"penstock:wrong").decode()]
)
async def test_with_a_password_others_are_turned_away(given) -> None:
    log = MemoryRecordLog()

    async with client(log, credentials=Credentials("penstock", "secret")) as http:
        answer = await http.post("/_bulk", content=bulk(line(1)), headers={"Authorization": given} if given else {})

    assert (answer.status_code, log.partitions()) == (401, [])


async def test_with_a_password_the_exporter_is_let_in() -> None:
    log = MemoryRecordLog()

    async with client(log, credentials=Credentials("penstock", "secret")) as http:
        answer = await http.post("/_bulk", content=bulk(line(1)), auth=("penstock", "secret"))

    assert (answer.status_code, len(log.partitions())) == (200, 1)


async def test_a_database_that_is_away_makes_the_exporter_try_again() -> None:
    class Away(MemoryRecordLog):
        def append(self, records):
            raise OperationalError("INSERT", {}, Exception("connection refused"))

    async with client(Away()) as http:
        answer = await http.post("/_bulk", content=bulk(line(1)))

    assert answer.status_code == 503
    assert "INSERT" not in answer.text
