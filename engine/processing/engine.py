"""The engine's workbench: what every behaviour needs to read, change, write down and hand on.

One command from outside is processed at a time. Whatever follows from it goes into a queue and is processed first in, first
out, so an instance goes forward breadth first. As in Zeebe that is so within a batch of commands; those that are left of it
wait in a backlog, and each begins a batch of its own when its turn comes.
"""

from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import islice
from typing import Any, Protocol

from engine.bpmn.model import Element
from engine.processing.behaviour import Behaviour
from engine.processing.catalog import Catalog
from engine.processing.entities import FollowUp, Kind, State
from engine.processing.instances import ElementInstance
from engine.processing.machine_zone import machine_zone
from engine.processing.ports import Counters, Store
from engine.processing.records import RecordLog
from engine.processing.sweep import Sweep
from engine.processing.working_set import WorkingSet

# Zeebe puts the partition into the upper bits of a key; there is one partition here.
FIRST_KEY = 1 << 51
# Stored follow-up commands have keys of their own below all others, in the order they came.
QUEUE_KEY = -(1 << 61)
# As many commands are processed in a batch, with the one that begins it.
COMMANDS_AT_ONCE = 100

_INTENTS = {state: f"ELEMENT_{state.name}" for state in State}


class BehaviourOf(Protocol):
    """The type of `behaviours.behaviour_of`."""

    def __call__(self, element: Element, *, is_body: bool = False) -> Behaviour: ...


class Engine:
    """State, record log, follow-up commands and clock of the partition."""

    def __init__(
        self,
        store: Store,
        behaviour_of: BehaviourOf,
        handlers: Mapping[str, Callable[..., None]],
    ) -> None:
        counters = store.counters() or Counters(last_key=FIRST_KEY, last_position=0, now=0)
        self._last_key = counters.last_key
        self.now = counters.now
        self.catalog = Catalog(store)
        self.state = WorkingSet(store, self.catalog)
        self.log = RecordLog(counters.last_position)
        self.behaviour_of = behaviour_of
        self._handlers = handlers
        # What follows in the batch that is processed, and what is left of others.
        self.queue: deque[tuple[Any, ...]] = deque()
        self.backlog: deque[tuple[Any, ...]] = deque()
        self.sweep = Sweep()
        # Answers that wait for an instance to end: request -> the process instance's result, filled in by its completion.
        self.results: dict[int, Any] = {}
        # How many commands of the backlog are done, and those of the next ones that are stored: no gap from `_first_kept` on.
        self._done = 0
        self._first_kept = 0
        self._kept: deque[FollowUp] = deque()
        self._restore_queue()

    def next_key(self) -> int:
        self._last_key += 1
        return self._last_key

    @property
    def counters(self) -> Counters:
        return Counters(self._last_key, self.log.position, self.now)

    def moment(self) -> datetime:
        """The engine's clock, for expressions."""
        return datetime.fromtimestamp(self.now / 1000, machine_zone())

    def follow_up(self, name: str, *arguments: Any) -> None:  # noqa: ANN401 - plain values, stored where time runs out
        """Queue a command to the engine itself."""
        self.queue.append((name, *arguments))

    def keep_queue(self) -> None:
        """Store the follow-up commands that are still to come, and forget those that were stored and are done."""
        kept = self._kept
        while kept and self._first_kept < self._done:
            self.state.remove(kept.popleft())
            self._first_kept += 1
        self._first_kept = self._done
        for number, command in enumerate(islice(self.backlog, len(kept), None), self._done + len(kept)):
            follow_up = FollowUp(QUEUE_KEY - number, list(command), self.log.source)
            kept.append(follow_up)
            self.state.add(follow_up)

    def _restore_queue(self) -> None:
        """What was still to come when the partition stopped comes first."""
        kept = [entity for entity in self.state.singles(Kind.FOLLOW_UP) if isinstance(entity, FollowUp)]
        self._kept = deque(sorted(kept, key=lambda entity: -entity.key))
        self.backlog.extend(tuple(entity.command) for entity in self._kept)
        if self._kept:
            self._done = self._first_kept = QUEUE_KEY - self._kept[0].key

    def run(self) -> None:
        """Process what follows from the command that has begun a batch; what is left goes to the end of the backlog."""
        queue, handlers = self.queue, self._handlers
        processed = 1
        while queue and processed < COMMANDS_AT_ONCE:
            name, *arguments = queue.popleft()
            handlers[name](self, *arguments)
            processed += 1
        self.backlog.extend(queue)
        queue.clear()

    def run_next(self) -> None:
        """Process the first command of the backlog, and what follows from it."""
        name, *arguments = self.backlog.popleft()
        self._done += 1
        self._handlers[name](self, *arguments)
        self.run()

    def transition(self, instance: ElementInstance, state: State) -> None:
        """Change an element instance's state and write it down."""
        instance.state = state
        self.state.update_element(instance)
        self.log.append("PROCESS_INSTANCE", _INTENTS[state], instance.key, instance.value)
