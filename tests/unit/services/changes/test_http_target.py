"""What each answer of a JSON system means, and what goes out to it."""

import httpx
import pytest

from services.changes import (
    EffectUnknown,
    RecordUnknown,
    TargetBusy,
    Write,
    WriteConflict,
    WriteRefused,
)
from services.changes.http_target import MAX_ANSWER_BYTES, HttpJsonTarget, guarded
from services.outgoing import OutgoingPolicy

WRITE = Write("a/../b?c", "phone", "1", "+7", "key-1", version='"v3"')


def target(answer) -> HttpJsonTarget:
    """A system that answers every request the same, or raises."""

    def handle(request: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer(request) if callable(answer) else answer

    return HttpJsonTarget(
        "http://erp.test/records/", "secret", lambda: httpx.AsyncClient(transport=httpx.MockTransport(handle))
    )


async def test_sends_exactly_what_the_dry_run_shows_and_the_token_beside_it() -> None:
    seen: list[httpx.Request] = []
    erp = target(lambda request: seen.append(request) or httpx.Response(204))

    await erp.apply(WRITE)

    planned, [sent] = erp.render(WRITE), seen
    assert (sent.method, str(sent.url)) == (planned.method, planned.address)
    assert sent.url.raw_path == b"/records/a%2F..%2Fb%3Fc"
    assert sent.content == b'{"phone":"+7"}'
    assert planned.headers.items() <= {name.title(): value for name, value in sent.headers.items()}.items()
    assert sent.headers["Authorization"] == "Bearer secret"
    assert "secret" not in repr(erp) + repr(planned)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(409), WriteConflict),
        (httpx.Response(412), WriteConflict),
        (httpx.Response(429, headers={"Retry-After": "7"}), TargetBusy),
        (httpx.Response(503), TargetBusy),
        (httpx.Response(404), RecordUnknown),
        (httpx.Response(422, text="no such owner"), WriteRefused),
        (httpx.Response(302, headers={"Location": "http://169.254.169.254/"}), WriteRefused),
        (httpx.Response(408), EffectUnknown),
        (httpx.Response(500), EffectUnknown),
        (httpx.Response(200, content=b"x" * (MAX_ANSWER_BYTES + 1)), EffectUnknown),
        (httpx.ReadTimeout("late"), EffectUnknown),
        (httpx.RemoteProtocolError("gone"), EffectUnknown),
        (httpx.ConnectError("refused"), TargetBusy),
    ],
)
async def test_every_answer_says_what_is_known_of_the_effect(answer, error: type[Exception]) -> None:
    with pytest.raises(error) as raised:
        await target(answer).apply(WRITE)

    assert "secret" not in str(raised.value)
    if isinstance(answer, httpx.Response) and answer.status_code == 429:
        assert raised.value.retry_after == 7


async def test_reads_values_version_and_label() -> None:
    answer = httpx.Response(200, json={"name": "Aqua", "phone": "1", "other": [1]}, headers={"ETag": '"v1"'})

    reading = await target(answer).read("7", ["phone", "fax"])

    assert (reading.values, reading.version, reading.label) == ({"phone": "1", "fax": None}, '"v1"', "Aqua")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(404), RecordUnknown),
        (httpx.Response(500), TargetBusy),
        (httpx.Response(200, text="<html>"), TargetBusy),
        (httpx.Response(200, json=[1]), TargetBusy),
        (httpx.ReadTimeout("late"), TargetBusy),
    ],
)
async def test_what_cannot_be_read_changes_nothing(answer, error: type[Exception]) -> None:
    with pytest.raises(error):
        await target(answer).read("7", ["phone"])


async def test_an_address_inside_the_own_network_is_neither_read_nor_written_to() -> None:
    inside = HttpJsonTarget("http://127.0.0.1:9/records")

    with pytest.raises(TargetBusy, match="PENSTOCK_OUTGOING_ALLOWED_NETWORKS"):
        await inside.read("7", ["phone"])
    with pytest.raises(WriteRefused, match="PENSTOCK_OUTGOING_ALLOWED_NETWORKS"):
        await inside.apply(WRITE)


async def test_a_network_that_the_installation_names_is_reached() -> None:
    inside = HttpJsonTarget("http://127.0.0.1:1/records", connect=guarded(OutgoingPolicy.of(["127.0.0.0/8"])))

    with pytest.raises(TargetBusy, match="cannot be reached: ConnectError"):
        await inside.apply(WRITE)
