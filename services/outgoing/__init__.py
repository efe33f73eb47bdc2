"""HTTP requests to addresses that people type in: webhooks, push services, connectors.

Whoever may name an address may name one inside our own network. So the address is judged where the connection is made, after
the name is resolved and for every redirect anew; the socket goes to the very address that was judged, so a name that resolves
differently the next moment (DNS rebinding) gains nothing. `outgoing_client` and `async_outgoing_client` are httpx clients
built so.
"""

from services.outgoing.client import async_outgoing_client, outgoing_client, read_limited, read_limited_async
from services.outgoing.policy import AnswerTooLarge, DestinationRefused, OutgoingPolicy

__all__ = [
    "AnswerTooLarge",
    "DestinationRefused",
    "OutgoingPolicy",
    "async_outgoing_client",
    "outgoing_client",
    "read_limited",
    "read_limited_async",
]
