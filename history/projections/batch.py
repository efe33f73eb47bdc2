"""A batch of records at work: the rows they concern, loaded together, changed in memory, written together.

The rules see rows as if each record were applied alone; how records are cut into batches can therefore not change a result,
only how often a row travels. What a batch only adds to (heat map, sequence flows) is summed up and added by the database.
"""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from itertools import batched

import msgspec
from sqlalchemy import Connection, Table, select

import history.tables as t
from history import rows
from history.projections.names import ElementNames
from history.projections.sums import Sums
from history.projections.upsert import delete_rows, insert_or_update

# Four bytes each at most, and beside a tenant and a state.
MAX_INDEXED_CHARS = 500
# SQLite takes 32,766 parameters in one statement; fewer are as fast.
LOAD_CHUNK = 500


class Rows[R: rows.Row]:
    """The rows of one table that a batch has seen, by key."""

    def __init__(self, table: Table, row_type: type[R]) -> None:
        self._table = table
        self._row_type = row_type
        self._key_length = len(table.primary_key.columns)
        self._seen: dict[object, R] = {}
        self._changed: dict[object, R] = {}
        self._removed: dict[object, None] = {}

    @property
    def name(self) -> str:
        return self._table.name

    def load(self, connection: Connection, keys: Collection[int]) -> None:
        """Fetch the rows of a table with a single key."""
        column = self._table.c.key
        for chunk in batched(keys, LOAD_CHUNK):
            for row in connection.execute(select(self._table).where(column.in_(chunk))):
                self._seen[row.key] = self._row_type(*row)

    def get(self, key: object) -> R | None:
        return self._seen.get(key)

    def put(self, row: R) -> None:
        """Remember a new row, or that a row was changed."""
        fields = msgspec.structs.astuple(row)
        key = fields[0] if self._key_length == 1 else fields[: self._key_length]
        self._seen[key] = self._changed[key] = row
        self._removed.pop(key, None)

    def remove(self, key: object) -> None:
        self._seen.pop(key, None)
        self._changed.pop(key, None)
        self._removed[key] = None

    def write(self, connection: Connection) -> None:
        if self._removed:
            keys = [key if isinstance(key, tuple) else (key,) for key in self._removed]
            delete_rows(connection, self._table, keys)
        if self._changed:
            insert_or_update(connection, self._table, [msgspec.structs.astuple(row) for row in self._changed.values()])


class Wanted:
    """Keys of the rows that the rules of a batch will ask for; what the batch itself creates need not be fetched."""

    def __init__(self) -> None:
        self._created: set[int] = set()
        self._callers: dict[int, int] = {}
        self.keys: dict[str, set[int]] = {}
        self.called: set[int] = set()

    def creates(self, key: int) -> None:
        self._created.add(key)

    def calls(self, caller_key: int, called_key: int) -> None:
        """An instance of this batch is called by another."""
        self._callers[called_key] = caller_key

    def needs_callers(self, process_instance_key: int) -> None:
        """All instances up to the root are needed."""
        self.called.add(process_instance_key)

    def caller_of(self, process_instance_key: int, row: rows.ProcessInstanceRow | None) -> int | None:
        return row.parent_process_instance_key if row else self._callers.get(process_instance_key)

    def needs(self, table: Table, key: int) -> None:
        if key not in self._created:
            self.keys.setdefault(table.name, set()).add(key)


class Batch:
    """Everything the rules may read and change; `write` puts it into the database."""

    def __init__(self, connection: Connection, partition_id: int, names: ElementNames) -> None:
        self._connection = connection
        self.partition_id = partition_id
        self.names = names
        self.process_definitions = Rows(t.process_definition, rows.ProcessDefinitionRow)
        self.process_elements = Rows(t.process_element, rows.ProcessElementRow)
        self.decision_requirements = Rows(t.decision_requirements, rows.DecisionRequirementsRow)
        self.decisions = Rows(t.decision, rows.DecisionRow)
        self.forms = Rows(t.form, rows.FormRow)
        self.process_instances = Rows(t.process_instance, rows.ProcessInstanceRow)
        self.element_instances = Rows(t.element_instance, rows.ElementInstanceRow)
        self.jobs = Rows(t.job, rows.JobRow)
        self.user_tasks = Rows(t.user_task, rows.UserTaskRow)
        self.incidents = Rows(t.incident, rows.IncidentRow)
        self.variables = Rows(t.variable, rows.VariableRow)
        self.variable_history = Rows(t.variable_history, rows.VariableHistoryRow)
        self.decision_evaluations = Rows(t.decision_evaluation, rows.DecisionEvaluationRow)
        self.instance_events = Rows(t.instance_event, rows.InstanceEventRow)
        self.waiting = Rows(t.waiting, rows.WaitingRow)
        self.candidates: dict[int, list[rows.UserTaskCandidateRow]] = {}
        self.sums = Sums()
        self.topics: dict[str, int] = {}

    @property
    def connection(self) -> Connection:
        return self._connection

    def load(self, wanted: Wanted) -> None:
        loadable: dict[str, Rows[rows.Row]] = {each.name: each for each in vars(self).values() if isinstance(each, Rows)}
        for name, keys in wanted.keys.items():
            loadable[name].load(self._connection, keys)
        self._load_callers(wanted)

    def _load_callers(self, wanted: Wanted) -> None:
        """Level by level up to the roots."""
        level = wanted.called
        while level:
            callers = {wanted.caller_of(key, self.process_instances.get(key)) for key in level}
            level = {caller for caller in callers if caller is not None}
            self.process_instances.load(self._connection, [key for key in level if self.process_instances.get(key) is None])

    def write(self) -> None:
        for each in vars(self).values():
            if isinstance(each, Rows):
                each.write(self._connection)
        self._write_candidates()
        self.sums.write(self._connection)
        self._write_topics()

    def _write_candidates(self) -> None:
        """A task's candidates are replaced as a whole."""
        if not self.candidates:
            return
        table = t.user_task_candidate
        for chunk in batched(self.candidates, LOAD_CHUNK):
            self._connection.execute(table.delete().where(table.c.user_task_key.in_(chunk)))
        fresh = [msgspec.structs.astuple(row) for candidates in self.candidates.values() for row in candidates]
        if fresh:
            insert_or_update(self._connection, table, fresh)

    def _write_topics(self) -> None:
        stamps = [(self.partition_id, topic, position) for topic, position in self.topics.items()]
        if stamps:
            insert_or_update(self._connection, t.projection_topic, stamps)


def as_json(values: Iterable[str] | dict[str, str] | Sequence[object]) -> str:
    """A document column's text; keys are sorted, so equal documents are equal texts."""
    return msgspec.json.encode(values, order="sorted").decode()


def clean(text: str) -> str:
    """Text without NUL, which PostgreSQL cannot hold."""
    return text.replace("\x00", "\N{REPLACEMENT CHARACTER}") if "\x00" in text else text


def indexable(text: str) -> str:
    """A name from outside that an index holds: PostgreSQL's have room for some 2,700 bytes, so what is longer is cut.

    The cut one ends with a hash, so two long names stay different.
    """
    if len(text) > MAX_INDEXED_CHARS:
        text = f"{text[:MAX_INDEXED_CHARS]}…{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"
    return clean(text)


def key_or_none(key: int) -> int | None:
    """Zeebe writes -1 where there is no key."""
    return key if key > 0 else None
