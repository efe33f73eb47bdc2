"""Who waits for a message: the older element first, whenever it began to wait.

Source: observed on Zeebe 8.5, which finds subscriptions by their element instances.
"""

from engine.processing.engine import Engine
from engine.processing.entities import MessageSubscription
from engine.processing.instances import ProcessInstance
from engine.processing.rows import subscription_lookup


def waiting(
    engine: Engine, name: str, correlation_key: str, tenant_id: str
) -> list[tuple[ProcessInstance, MessageSubscription]]:
    """The subscriptions to which no message is on its way, in the order in which they get one."""
    found: list[tuple[ProcessInstance, MessageSubscription]] = []
    for key in engine.state.index.keys(subscription_lookup(name, correlation_key, tenant_id)):
        process = engine.state.owner(key)
        subscription = None if process is None else process.message_subscriptions.get(key)
        if process is None or subscription is None or subscription.is_correlating:
            continue
        # One that has refused a message has lost its side of the messages, and hears of no other.
        if subscription.message_side_key >= 0:
            found.append((process, subscription))
    return sorted(found, key=lambda one: one[1].element_instance_key)
