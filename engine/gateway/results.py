"""Clients that wait for the end of the process instance they created.

Their wish lives in memory, as their connection does. When the processor is built anew from the store (a fault, a full disk),
the wishes are laid on the instances again.
"""

import asyncio
from collections.abc import Mapping

from engine.processing.commands import Answer, CommandRejected, CreateProcessInstance
from engine.processing.processor import Processor


class _Wish:
    """One client's: `process_instance_key` is known when the creation is durable."""

    __slots__ = ("command", "future", "process_instance_key")

    def __init__(self, command: CreateProcessInstance, future: asyncio.Future[Answer]) -> None:
        self.command = command
        self.future = future
        self.process_instance_key = -1


class AwaitedResults:
    """Who waits for which instance, by the number of the request."""

    def __init__(self) -> None:
        self._wishes: dict[int, _Wish] = {}
        self._last = 0

    def open(self, command: CreateProcessInstance) -> tuple[int, asyncio.Future[Answer]]:
        """A number for a request that is to wait, and what it waits for."""
        self._last += 1
        wish = self._wishes[self._last] = _Wish(command, asyncio.get_running_loop().create_future())
        return self._last, wish.future

    def created(self, request_id: int, process_instance_key: int) -> None:
        """The instance is durable: from now on its wish outlives the processor."""
        wish = self._wishes.get(request_id)
        if wish is not None:
            wish.process_instance_key = process_instance_key

    def deliver(self, results: Mapping[int, Answer]) -> None:
        """Instances have ended."""
        for request_id, result in results.items():
            wish = self._wishes.get(request_id)
            if wish is not None and not wish.future.done():
                wish.future.set_result(result)

    def lay_on(self, processor: Processor) -> None:
        """Tell a processor that was built anew who waits."""
        for request_id, wish in self._wishes.items():
            if wish.process_instance_key >= 0 and not wish.future.done():
                processor.await_result(wish.process_instance_key, request_id, wish.command.fetch_variables)

    def close(self, request_id: int, processor: Processor) -> None:
        """The client has its answer or is gone."""
        wish = self._wishes.pop(request_id, None)
        if wish is not None and wish.process_instance_key >= 0:
            processor.forget_result(wish.process_instance_key, request_id)

    def reject_all(self, rejected: CommandRejected) -> None:
        """Nobody will get a result any more."""
        for wish in self._wishes.values():
            if not wish.future.done():
                wish.future.set_exception(rejected)
                # A client that has not got its first answer yet does not look at this one.
                wish.future.exception()
