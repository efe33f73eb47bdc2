"""Requests to addresses that others chose: what is reached, what is refused, and how long it may take."""

import gzip
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from ipaddress import ip_address
from time import sleep

import httpx
import pytest

from services.outgoing import (
    AnswerTooLarge,
    DestinationRefused,
    OutgoingPolicy,
    async_outgoing_client,
    outgoing_client,
    read_limited,
    read_limited_async,
)
from services.outgoing.policy import is_public
from tests.http_threads import served

LOOPBACK = OutgoingPolicy.of(["127.0.0.0/8"])
PRIVATE = (
    *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1"),
    *("255.255.255.255", "198.18.0.1", "192.0.2.1", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1"),
    *("::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1", "fec0::1", "::7f00:1"),
)
PUBLIC = ("8.8.8.8", "93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808")


@contextmanager
def server(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[str]:
    """A real server on loopback; yields host:port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            answer(self)

        def log_message(self, *_arguments):
            pass

    with served(Handler) as port:
        yield f"127.0.0.1:{port}"


def says(body: bytes, status: int = 200, **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    return answer


@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_address_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))
    with pytest.raises(DestinationRefused):
        OutgoingPolicy().require_allowed("name", [address])


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_allowed(address: str) -> None:
    assert OutgoingPolicy().require_allowed("name", [address]) == [address]


def test_a_name_with_one_private_address_among_public_ones_is_refused() -> None:
    with pytest.raises(DestinationRefused, match="not a public one"):
        OutgoingPolicy().require_allowed("mixed.example", ["8.8.8.8", "10.0.0.1"])


def test_an_installation_may_allow_a_network_of_its_own_and_no_other() -> None:
    policy = OutgoingPolicy.of(["10.1.0.0/16", " fd00::/8 "])

    assert policy.allows(ip_address("10.1.2.3"))
    assert policy.allows(ip_address("::ffff:10.1.2.3"))
    assert policy.allows(ip_address("fd12::1"))
    assert not policy.allows(ip_address("10.2.2.3"))


def test_a_network_that_is_none_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="ten"):
        OutgoingPolicy.of(["ten"])


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "0x7f000001", "2130706433", "127.1", "[::ffff:127.0.0.1]"])
def test_no_spelling_of_loopback_is_reached(host: str) -> None:
    with server(says(b"secret")) as address, outgoing_client(OutgoingPolicy()) as client:
        port = address.rpartition(":")[2]

        with pytest.raises((DestinationRefused, httpx.InvalidURL)):
            client.get(f"http://{host}:{port}/")


def test_a_server_that_the_policy_allows_answers() -> None:
    with server(says(b"hello")) as address, outgoing_client(LOOPBACK) as client:
        assert client.get(f"http://{address}/").text == "hello"


def test_a_redirect_to_a_private_address_is_refused_where_it_is_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    policy = OutgoingPolicy.of(["127.0.0.1/32"])
    with server(says(b"", 302, Location="http://127.0.0.2:1/")) as address, outgoing_client(policy) as client:
        assert client.get(f"http://{address}/").status_code == 302

        with pytest.raises(DestinationRefused, match=r"127\.0\.0\.2"):
            client.get(f"http://{address}/", follow_redirects=True)


def test_a_name_is_resolved_once_and_the_judged_address_is_the_one_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [["127.0.0.1"], ["10.0.0.1"]]
    asked: list[str] = []

    def rebinding(host, port, *_arguments, **_options):
        asked.append(host)
        addresses = answers[0] if len(asked) == 1 else answers[1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    with server(says(b"judged")) as address:
        port = address.rpartition(":")[2]
        real = socket.getaddrinfo
        monkeypatch.setattr(
            socket,
            "getaddrinfo",
            lambda host, *rest, **options: (rebinding if host == "rebind.test" else real)(host, *rest, **options),
        )
        with outgoing_client(LOOPBACK) as client:
            first = client.get(f"http://rebind.test:{port}/")
            with pytest.raises(DestinationRefused):
                client.get(f"http://rebind.test:{port}/")

    assert first.text == "judged"
    assert asked == ["rebind.test", "rebind.test"]


def test_a_second_address_is_tried_when_the_first_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    with server(says(b"second")) as address:
        port = address.rpartition(":")[2]
        real = socket.getaddrinfo
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, int(port))) for each in ("127.0.0.9", "127.0.0.1")]
        monkeypatch.setattr(
            socket, "getaddrinfo", lambda host, *rest, **options: found if host == "two.test" else real(host, *rest, **options)
        )
        with outgoing_client(LOOPBACK) as client:
            assert client.get(f"http://two.test:{port}/").text == "second"


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "http:///nowhere"])
def test_only_http_is_spoken(url: str) -> None:
    with outgoing_client(LOOPBACK) as client, pytest.raises(httpx.UnsupportedProtocol):
        client.get(url)


def test_a_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with server(says(b"direct")) as address, outgoing_client(LOOPBACK) as client:
        assert client.get(f"http://{address}/").text == "direct"


def test_a_server_that_drips_is_left_at_the_deadline() -> None:
    def drip(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        try:
            for _ in range(100):
                request.wfile.write(b".")
                request.wfile.flush()
                sleep(0.02)
        except OSError:
            pass

    with server(drip) as address, outgoing_client(LOOPBACK, total_seconds=0.2) as client, pytest.raises(httpx.ReadTimeout):
        client.get(f"http://{address}/")


def test_an_answer_that_unpacks_to_much_is_not_read_on() -> None:
    packed = gzip.compress(b"0" * 20_000_000)
    with (
        server(says(packed, Content_Encoding="gzip")) as address,
        outgoing_client(LOOPBACK) as client,
        client.stream("GET", f"http://{address}/") as response,
        pytest.raises(AnswerTooLarge, match="1000 bytes"),
    ):
        read_limited(response, 1000)


async def test_the_asynchronous_client_guards_alike() -> None:
    with server(says(b"hello")) as address:
        async with async_outgoing_client(LOOPBACK) as client, client.stream("GET", f"http://{address}/") as response:
            assert await read_limited_async(response, 5) == b"hello"
        async with async_outgoing_client(OutgoingPolicy()) as client:
            with pytest.raises(DestinationRefused):
                await client.get(f"http://{address}/")
        async with async_outgoing_client(LOOPBACK) as client, client.stream("GET", f"http://{address}/") as response:
            with pytest.raises(AnswerTooLarge):
                await read_limited_async(response, 4)
