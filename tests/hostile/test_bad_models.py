"""What nobody should deploy or send: each is refused with place and reason, nothing is half-deployed, the server lives."""

from collections.abc import AsyncIterator, Iterator

import grpc
import pytest
from pyzeebe.proto import gateway_pb2 as pb
from pyzeebe.proto.gateway_pb2_grpc import GatewayStub

from tests.bpmn_builder import process
from tests.integration.gateway.gateway_process import GatewayProcess, running_gateway
from zeebe.answers import Resource
from zeebe.client import ZeebeClient
from zeebe.errors import CommandRefused, InvalidArgument, NotFound

GOOD = Resource("good.bpmn", process("good").start().service_task("work", type="work").end().xml())
HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" targetNamespace="t"><bpmn:process id="bad" isExecutable="true">'
)
TAIL = "</bpmn:process></bpmn:definitions>"


def model(content: str) -> bytes:
    """A process of one start event, the content, and an end event."""
    start = '<bpmn:startEvent id="s"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>'
    flow = '<bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="here"/>'
    return f"{HEAD}{start}{flow}{content}{TAIL}".encode()


BROKEN = {
    "broken XML": ("bad.bpmn", b"<bpmn:definitions", "line 1"),
    "no XML at all": ("bad.bpmn", b"\x00\xff", "bad.bpmn"),
    "DOCTYPE": ("bad.bpmn", b'<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + GOOD.content[39:], "DOCTYPE"),
    "unknown element": ("bad.bpmn", model('<bpmn:teleportTask id="here"/>'), "teleportTask"),
    "element Zeebe does not run": ("bad.bpmn", model('<bpmn:complexGateway id="here"/>'), "here"),
    "bad FEEL in a script": (
        "bad.bpmn",
        model(
            '<bpmn:scriptTask id="here"><bpmn:extensionElements>'
            '<zeebe:script expression="=1 +" resultVariable="x"/></bpmn:extensionElements></bpmn:scriptTask>'
        ),
        "here",
    ),
    "Python in a script": (
        "bad.bpmn",
        model(
            '<bpmn:scriptTask id="here"><bpmn:extensionElements>'
            '<zeebe:script expression="=__import__(\'os\').system(1)" resultVariable="x"/>'
            "</bpmn:extensionElements></bpmn:scriptTask>"
        ),
        "here",
    ),
    "service task without job type": ("bad.bpmn", model('<bpmn:serviceTask id="here"/>'), "here"),
    "form that is no object": ("bad.form", b"[1, 2]", "bad.form"),
    "form without id": ("bad.form", b'{"components": []}', "id"),
    "DMN without decisions' sense": ("bad.dmn", b"<definitions><decision/></definitions>", "bad.dmn"),
    "a kind of file nobody knows": ("bad.exe", b"MZ", "bad.exe"),
}


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    with running_gateway(tmp_path_factory.mktemp("gateway")) as gateway:
        yield gateway


@pytest.fixture
async def client(gateway: GatewayProcess) -> AsyncIterator[ZeebeClient]:
    async with ZeebeClient(gateway.address, gateway.rest_url) as client:
        yield client


@pytest.mark.parametrize("kind", BROKEN)
async def test_a_bad_file_takes_the_good_one_beside_it_with_it(client: ZeebeClient, kind: str) -> None:
    name, content, place = BROKEN[kind]
    beside = Resource("beside.bpmn", GOOD.content.replace(b'"good"', b'"beside"'))

    with pytest.raises(InvalidArgument) as refused:
        await client.deploy_resources([beside, Resource(name, content)])

    assert place in refused.value.reason
    with pytest.raises(NotFound):
        await client.create_process_instance("beside")
    assert (await client.topology()).brokers


async def test_fifty_megabytes_are_refused_and_the_server_lives(client: ZeebeClient) -> None:
    content = GOOD.content.replace(b"<bpmn:process", b"<!--" + b"x" * 50_000_000 + b"--><bpmn:process")

    with pytest.raises(CommandRefused) as refused:
        await client.deploy_resources([Resource("large.bpmn", content)])

    assert "larger" in refused.value.reason or "size" in refused.value.reason
    assert (await client.topology()).brokers


@pytest.mark.parametrize("letter", ["9", "Ж", "%", "\N{FIRE}", "\n"])
async def test_a_refusal_that_repeats_a_long_text_reaches_every_client(gateway: GatewayProcess, letter: str) -> None:
    async with grpc.aio.insecure_channel(gateway.address) as channel:
        request = pb.CreateProcessInstanceRequest(bpmnProcessId="nobody" + letter * 200_000, version=-1)

        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await GatewayStub(channel).CreateProcessInstance(request)

    assert refused.value.code() is grpc.StatusCode.NOT_FOUND
    assert "process definition with process ID 'nobody" in refused.value.details()
    assert refused.value.details().endswith("more characters)")


async def test_deep_nesting_is_refused_quickly(client: ZeebeClient) -> None:
    deep = f"{HEAD}{'<bpmn:subProcess>' * 100_000}{'</bpmn:subProcess>' * 100_000}{TAIL}".encode()

    with pytest.raises(InvalidArgument):
        await client.deploy_resources([Resource("deep.bpmn", deep)])

    assert (await client.topology()).brokers


@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        ("[1, 2]", "Property 'variables' is invalid"),
        ("7", "Property 'variables' is invalid"),
        ('"text"', "Property 'variables' is invalid"),
        ("{", "Invalid JSON value"),
        ("{'a: 1}", "Invalid JSON value"),
        ("[" * 100_000, "nested too deeply"),
    ],
    ids=["list", "number", "text", "cut", "quotes", "deep"],
)
async def test_variables_that_are_no_object_are_refused(
    gateway: GatewayProcess, client: ZeebeClient, variables: str, reason: str
) -> None:
    await client.deploy_resources([GOOD])

    async with grpc.aio.insecure_channel(gateway.address) as channel:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await GatewayStub(channel).CreateProcessInstance(
                pb.CreateProcessInstanceRequest(bpmnProcessId="good", version=-1, variables=variables)
            )

    assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert reason in (refused.value.details() or "")
    assert (await client.topology()).brokers


async def test_a_job_completed_twice_is_completed_once(client: ZeebeClient) -> None:
    await client.deploy_resources([GOOD])
    await client.create_process_instance("good")
    [job] = await client.activate_jobs("work", worker="test", max_jobs=1)
    await client.complete_job(job.key)

    with pytest.raises(NotFound) as refused:
        await client.complete_job(job.key)

    assert str(job.key) in refused.value.reason
