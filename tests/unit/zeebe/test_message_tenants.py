"""Which key a message carries that begins an instance: one broker may count those of all tenants together."""

from tests.unit.zeebe.listening_gateway import ListeningGateway
from zeebe.client import ZeebeClient
from zeebe.publisher import ZeebeMessagePublisher


async def test_the_same_key_of_two_tenants_begins_an_instance_each(gateway: ListeningGateway) -> None:
    async with ZeebeClient(gateway.address, "http://127.0.0.1:1") as client:
        for tenant_id in ("<default>", "acme", "globex"):
            publisher = ZeebeMessagePublisher(client.of_tenant(tenant_id), {"asked"})
            await publisher.publish_once("asked", "shop:1", "asked:shop:1", {})

    assert gateway.published == [
        ("<default>", "asked", "shop:1", "asked:shop:1"),
        ("acme", "asked", "acme:shop:1", "asked:shop:1"),
        ("globex", "asked", "globex:shop:1", "asked:shop:1"),
    ]


async def test_a_key_that_an_instance_waits_with_stays_as_the_model_says(gateway: ListeningGateway) -> None:
    async with ZeebeClient(gateway.address, "http://127.0.0.1:1") as client:
        publisher = ZeebeMessagePublisher(client.of_tenant("acme"), {"asked"})
        await publisher.publish_once("answered", "T-1", "one", {})
        await publisher.publish_now("answered", "T-1", {})
        await publisher.publish_once("asked", "", "two", {})

    assert [key for _tenant, _name, key, _id in gateway.published] == ["T-1", "T-1", ""]
