"""What channels have in common that post to addresses which people chose: one guarded client for as long as messages go out."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from services.notifications.channels import Destination, Message, Send
from services.outgoing import OutgoingPolicy, outgoing_client


class GuardedPosts(ABC):
    """A channel says how one message is posted; a session keeps the client it is posted with."""

    __slots__ = ()

    policy: OutgoingPolicy
    step_seconds: float

    @contextmanager
    def session(self) -> Iterator[Send]:
        with outgoing_client(self.policy, step_seconds=self.step_seconds, total_seconds=2 * self.step_seconds) as client:

            def send(destination: Destination, message: Message) -> str:
                return self.post(client, destination, message)

            yield send

    @abstractmethod
    def post(self, client: httpx.Client, destination: Destination, message: Message) -> str:
        """Post one message and return what the receiver calls it. Raises `NotSent`."""
