"""The unit of work: what has been read, what has changed, and what of it must be written at the next commit.

Process instances are loaded whole when one of their keys is asked for, and forgotten when many others have been used since.
An entity that is created and deleted between two commits is never written.
"""

from collections.abc import Iterable, Iterator

import msgspec

from engine.processing.catalog import Catalog
from engine.processing.entities import (
    CompensationSubscription,
    ElementRow,
    Entity,
    Incident,
    InputCollection,
    Job,
    Kind,
    MessageSubscription,
    SignalSubscription,
    State,
    Timer,
    UserTask,
)
from engine.processing.instances import ElementInstance, ProcessInstance
from engine.processing.ports import Row, Store, StoredRow
from engine.processing.queues import DueQueue, JobQueues, LookupIndex
from engine.processing.rows import activatable_jobs, decode, row_of
from engine.processing.variables import Variable

# Process instances kept in memory although nothing happens to them: about 5 kB each.
KEPT_INSTANCES = 4_000

_decode_variables = msgspec.msgpack.Decoder(list[tuple[str, int, str]]).decode


class WorkingSet:
    """Everything the processor reads and changes."""

    def __init__(self, store: Store, catalog: Catalog) -> None:
        self.store = store
        self.catalog = catalog
        self.processes: dict[int, ProcessInstance] = {}
        # Which loaded instance a key is part of.
        self.owners: dict[int, ProcessInstance] = {}
        self.jobs = JobQueues(activatable_jobs(store))
        self.dues = DueQueue(store.dues(), self._rank_of)
        self.index = LookupIndex(store.keys_at)
        self._changed: dict[int, Entity | ElementInstance | None] = {}
        # Keys in `_changed` that the store has never seen.
        self._unstored: set[int] = set()
        # What the commit under way writes: the store does not show it yet.
        self._committing: dict[int, Entity | ElementInstance | None] = {}
        self._batch = 1

    # Reading

    def process(self, key: int) -> ProcessInstance | None:
        """The process instance with a key."""
        process = self.processes.get(key)
        if process is None:
            if self._is_gone(key):
                return None
            process = self._load(key)
            if process is None:
                return None
        process.touched = self._batch
        return process

    def owner(self, key: int) -> ProcessInstance | None:
        """The process instance that an element instance, job, user task, incident, timer … is part of."""
        process = self.owners.get(key)
        if process is None:
            if self._is_gone(key):
                return None
            owner = self.store.owner_of(key)
            return self.process(owner) if owner is not None and owner > 0 else None
        process.touched = self._batch
        return process

    def element(self, key: int) -> ElementInstance | None:
        """The element instance with a key."""
        process = self.owner(key)
        return None if process is None else process.elements.get(key)

    def job(self, key: int) -> tuple[ProcessInstance, Job] | None:
        """The job with a key and the instance it is part of."""
        process = self.owner(key)
        job = None if process is None else process.jobs.get(key)
        return None if process is None or job is None else (process, job)

    def _rank_of(self, key: int) -> int:
        """Where something stands among what is due at one moment."""
        process = self.owner(key)
        timer = self.single(key) if process is None else process.timers.get(key)
        return timer.rank if isinstance(timer, Timer) else key

    def single(self, key: int) -> Entity | None:
        """An entity that stands for itself: a message, a subscription or timer of a start event."""
        for layer in (self._changed, self._committing):
            if key in layer:
                entity = layer[key]
                return None if isinstance(entity, ElementInstance) else entity
        row = self.store.row(key)
        return None if row is None else decode(row)

    def has_instances(self, definition_key: int) -> bool:
        """Whether a process definition has running instances."""
        return any(process.definition.key == definition_key for process in self.processes.values()) or any(
            self.process(key) is not None for key in self._stored_instances(definition_key)
        )

    def _stored_instances(self, definition_key: int) -> Iterator[int]:
        """Instances of a definition that are stored and were not migrated or ended since."""
        for key in self.store.keys_at(f"d/{definition_key}"):
            process = self.process(key)
            if process is not None and process.definition.key == definition_key:
                yield key

    def singles(self, kind: Kind) -> list[Entity]:
        """All entities of a kind that stand for themselves, by key."""
        found: dict[int, Entity | None] = {row.key: decode(row) for row in self.store.owned(-kind)}
        for layer in (self._committing, self._changed):
            for key, entity in layer.items():
                if entity is None or key in found:
                    found[key] = None if isinstance(entity, ElementInstance) else entity
                elif isinstance(entity, Entity) and row_of(entity).owner == -kind:
                    found[key] = entity
        return [entity for _, entity in sorted(found.items()) if entity is not None]

    def _is_gone(self, key: int) -> bool:
        """Whether a key was deleted although the store may still show it."""
        if key in self._changed:
            return self._changed[key] is None
        return key in self._committing and self._committing[key] is None

    # Changing

    def add_process(self, process: ProcessInstance) -> None:
        process.touched = self._batch
        self.processes[process.key] = process

    def add_element(self, instance: ElementInstance) -> None:
        process = instance.process
        process.elements[instance.key] = instance
        if instance.scope is not None:
            instance.scope.children[instance.key] = instance
        self.owners[instance.key] = process
        self._unstored.add(instance.key)
        self._changed[instance.key] = instance

    def update_element(self, instance: ElementInstance) -> None:
        self._changed[instance.key] = instance

    def remove_element(self, instance: ElementInstance) -> None:
        process = instance.process
        del process.elements[instance.key]
        if instance.scope is not None:
            instance.scope.children.pop(instance.key, None)
            self.update_element(instance.scope)
        self._drop(instance.key)
        if instance.variables:
            self._drop(-instance.key)
        if instance.input_collection is not None:
            self._drop(instance.input_collection.key)
        if instance.scope is None:
            self.processes.pop(process.key, None)

    def put_variables(self, instance: ElementInstance) -> None:
        key = -instance.key
        if len(instance.variables) == 1 and key not in self._changed and not instance.saved:
            self._unstored.add(key)
        self._changed[key] = instance

    def keep_items(self, body: ElementInstance, collection: InputCollection) -> None:
        """The items of a multi-instance body; they go with it."""
        body.input_collection = collection
        self.add(collection)

    def add(self, entity: Entity, process: ProcessInstance | None = None) -> None:
        """A new entity; `process` is the instance it belongs to."""
        self._unstored.add(entity.key)
        self._changed[entity.key] = entity
        if process is not None:
            self.owners[entity.key] = process
            _attach(process, entity)

    def update(self, entity: Entity) -> None:
        self._changed[entity.key] = entity

    def remove(self, entity: Entity) -> None:
        process = self.owners.get(entity.key)
        if process is not None:
            _detach(process, entity)
        self._drop(entity.key)

    def _drop(self, key: int) -> None:
        self.owners.pop(key, None)
        if key in self._unstored:
            self._unstored.discard(key)
            self._changed.pop(key, None)
        else:
            self._changed[key] = None

    # Committing

    @property
    def has_changes(self) -> bool:
        return bool(self._changed)

    def begin_commit(self) -> tuple[list[Row], list[int]]:
        """Rows to write and keys to delete for all that changed since the last call."""
        upserts: list[Row] = []
        deletes: list[int] = []
        for key, entity in self._changed.items():
            if entity is None:
                deletes.append(key)
            elif not isinstance(entity, ElementInstance):
                upserts.append(row_of(entity))
            elif key < 0:
                upserts.append(entity.variables_row())
            else:
                row = entity.row()
                if row.body != entity.saved:
                    entity.saved = row.body
                    upserts.append(row)
        self._committing, self._changed = self._changed, {}
        self._unstored = set()
        self.index.begin_commit()
        self._batch += 1
        return upserts, deletes

    def end_commit(self) -> None:
        """What `begin_commit` returned is in the store."""
        self._committing = {}
        self.index.end_commit()
        if len(self.processes) > KEPT_INSTANCES:
            self._forget()

    def _forget(self) -> None:
        """Drop the instances used least recently, half of those that may go."""
        idle = sorted(
            (
                process
                for process in self.processes.values()
                if process.touched < self._batch - 1 and process.result_request is None
            ),
            key=lambda process: process.touched,
        )
        for process in idle[: max(len(idle) // 2, len(self.processes) - KEPT_INSTANCES)]:
            del self.processes[process.key]
            for key in _keys_of(process):
                self.owners.pop(key, None)

    # Loading

    def _load(self, key: int) -> ProcessInstance | None:
        rows = self.store.owned(key)
        root = next((row for row in rows if row.key == key and row.kind == Kind.ELEMENT), None)
        if root is None:
            return None
        process = self._load_elements(key, rows)
        for row in rows:
            if row.kind == Kind.VARIABLES:
                variables = process.elements[-row.key].variables
                for name, variable_key, text in _decode_variables(row.body):
                    variables[name] = Variable(variable_key, text)
            elif row.kind != Kind.ELEMENT:
                _attach(process, decode(row))
        for instance in process.elements.values():
            if instance.element.is_for_compensation:
                # Only now is it known whether it undoes something.
                instance.rename()
        self.processes[key] = process
        self.owners.update(dict.fromkeys(_keys_of(process), process))
        return process

    def _load_elements(self, key: int, rows: list[StoredRow]) -> ProcessInstance:
        stored = {row.key: (row, _decode_element(row.body)) for row in rows if row.kind == Kind.ELEMENT}
        _, root = stored[key]
        definition = self.catalog.process(root.definition_key)
        process = ProcessInstance(key, definition, root.parent_process_key, root.parent_element_key)
        process.correlation_key = root.correlation_key

        def load(element_key: int) -> ElementInstance:
            loaded = process.elements.get(element_key)
            if loaded is None:
                row, data = stored[element_key]
                scope = None if data.scope_key < 0 else load(data.scope_key)
                loaded = _element(process, row, data, scope)
                process.elements[element_key] = loaded
            return loaded

        for element_key in sorted(stored):
            instance = load(element_key)
            if instance.scope is not None:
                instance.scope.children[element_key] = instance
        process.root = process.elements[key]
        return process


_decode_element = msgspec.msgpack.Decoder(ElementRow).decode


def _element(process: ProcessInstance, row: StoredRow, data: ElementRow, scope: ElementInstance | None) -> ElementInstance:
    element = process.definition.element(data.element_id)
    instance = ElementInstance(process, row.key, element, scope, is_body=data.is_body, is_unparented=data.is_unparented)
    instance.state = State(data.state)
    instance.active_flows = data.active_flows
    instance.taken_flows = data.taken_flows
    instance.job_key = data.job_key
    instance.user_task_key = data.user_task_key
    instance.loop_counter = data.loop_counter
    instance.triggers = data.triggers
    instance.interrupted_by = data.interrupted_by
    instance.called_key = data.called_key
    instance.ended = data.ended
    instance.started = data.started
    instance.saved = row.body
    return instance


_HELD_IN: dict[type[Entity], str] = {
    Job: "jobs",
    Timer: "timers",
    MessageSubscription: "message_subscriptions",
    SignalSubscription: "signal_subscriptions",
    UserTask: "user_tasks",
    Incident: "incidents",
    CompensationSubscription: "compensations",
}


def _attach(process: ProcessInstance, entity: Entity) -> None:
    """Make an entity part of its process instance, and of the element instance that waits for it."""
    if isinstance(entity, InputCollection):
        process.elements[entity.element_instance_key].input_collection = entity
        return
    getattr(process, _HELD_IN[type(entity)])[entity.key] = entity
    if isinstance(entity, Timer | MessageSubscription | SignalSubscription | Incident):
        instance = process.elements.get(entity.element_instance_key)
        if instance is not None:
            instance.waits[entity.key] = entity


def _detach(process: ProcessInstance, entity: Entity) -> None:
    del getattr(process, _HELD_IN[type(entity)])[entity.key]
    if isinstance(entity, Timer | MessageSubscription | SignalSubscription | Incident):
        instance = process.elements.get(entity.element_instance_key)
        if instance is not None:
            instance.waits.pop(entity.key, None)


def _keys_of(process: ProcessInstance) -> Iterable[int]:
    yield from process.elements
    yield from process.jobs
    yield from process.timers
    yield from process.message_subscriptions
    yield from process.signal_subscriptions
    yield from process.user_tasks
    yield from process.incidents
    yield from process.compensations
