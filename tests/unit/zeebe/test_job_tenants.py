"""Whose jobs a client asks for, as a gateway hears it."""

from tests.unit.zeebe.listening_gateway import ListeningGateway
from zeebe.client import ZeebeClient


async def test_jobs_are_asked_for_of_the_tenants_that_were_named(gateway: ListeningGateway) -> None:
    async with ZeebeClient(gateway.address, "http://127.0.0.1:1", job_tenants=("<default>", "acme")) as client:
        await client.activate_jobs("work", worker="w")
        jobs = [job async for job in client.stream_activated_jobs("work", worker="w")]

    assert gateway.asked == [["<default>", "acme"]] * 2
    assert [job.tenant_id for job in jobs] == ["acme"]


async def test_a_client_that_names_none_asks_as_before(gateway: ListeningGateway) -> None:
    async with ZeebeClient(gateway.address, "http://127.0.0.1:1") as client:
        await client.activate_jobs("work", worker="w")

    assert gateway.asked == [[]]
