"""The record log: an unbroken chain of chunks, and what it says of what is alive."""

from collections.abc import Mapping

import msgspec

from engine.processing.ports import Counters, LogStart, StoredChunk
from engine.state.chain import ChunkDamaged, checksum, decompress
from engine.state.verify.report import REPORT, RESTORE, Verification

# Value type -> what begins a life and what ends it.
_LIVES: dict[str, tuple[str, frozenset[str]]] = {
    "PROCESS_INSTANCE": ("ELEMENT_ACTIVATING", frozenset({"ELEMENT_COMPLETED", "ELEMENT_TERMINATED"})),
    "JOB": ("CREATED", frozenset({"COMPLETED", "CANCELED"})),
    "TIMER": ("CREATED", frozenset({"TRIGGERED", "CANCELED"})),
    "USER_TASK": ("CREATING", frozenset({"COMPLETED", "CANCELED"})),
    "INCIDENT": ("CREATED", frozenset({"RESOLVED"})),
}
# The job of a caught error goes with its element, without a word of its own.
_UNCERTAIN = ("JOB", "ERROR_THROWN")


class _Line(msgspec.Struct, rename="camel"):
    position: int
    value_type: str
    intent: str
    key: int
    record_type: str


_decode = msgspec.json.Decoder(_Line).decode


class RecordLogCheck:
    """Reads chunk after chunk."""

    def __init__(self, result: Verification, start: LogStart) -> None:
        self._result = result
        self._start = start
        self._checksum = start.checksum
        self._last = start.dropped_through
        self._begun: dict[str, set[int]] = {name: set() for name in _LIVES}
        self._ended: dict[str, set[int]] = {name: set() for name in _LIVES}
        self._uncertain: set[int] = set()

    def check(self, chunk: StoredChunk, alive: Mapping[str, set[int]]) -> None:
        """Look at one chunk; `alive` are the keys that are stored."""
        where = f"records {chunk.first_position} to {chunk.last_position}"
        proof = checksum(self._checksum, chunk.first_position, chunk.last_position, chunk.compressed)
        if proof != chunk.checksum:
            what = "the checksum is not the one that follows from the chunk before: it was changed, or one is missing before it"
            self._result.found("broken record chain", where, what, RESTORE)
        # Go on from what is stored: one broken place is told once.
        self._checksum = chunk.checksum
        if not self._last < chunk.first_position <= chunk.last_position:
            self._result.found("positions out of order", where, f"they follow position {self._last}", RESTORE)
        self._last = chunk.last_position
        try:
            lines = decompress(chunk.compressed).splitlines()
        except ChunkDamaged as error:
            self._result.found("unreadable records", where, f"cannot be unpacked: {error}", RESTORE)
            return
        self._read(where, chunk, lines, alive)

    def _read(self, where: str, chunk: StoredChunk, lines: list[bytes], alive: Mapping[str, set[int]]) -> None:
        before = chunk.first_position - 1
        for line in lines:
            try:
                record = _decode(line)
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
                self._result.found("unreadable records", f"{where}, after {before}", f"no record: {error}", RESTORE)
                return
            if not before < record.position <= chunk.last_position:
                self._result.found("positions out of order", where, f"{record.position} follows {before}", RESTORE)
            before = record.position
            self._result.counts["records"] += 1
            if record.record_type == "EVENT" and record.value_type in _LIVES:
                self._live(record, alive[record.value_type])

    def _live(self, record: _Line, alive: set[int]) -> None:
        begins, ends = _LIVES[record.value_type]
        begun, ended = self._begun[record.value_type], self._ended[record.value_type]
        if record.intent == begins:
            begun.add(record.key)
        elif record.intent in ends:
            begun.discard(record.key)
            if record.key in alive:
                ended.add(record.key)
        elif (record.value_type, record.intent) == _UNCERTAIN:
            self._uncertain.add(record.key)

    def compare(self, alive: Mapping[str, set[int]], counters: Counters, readers: Mapping[str, int]) -> None:
        """Hold what the records told against what is stored."""
        if self._last > counters.last_position:
            what = f"records go up to {self._last}, beyond it; positions would be given out twice"
            self._result.found("counters behind", f"last position {counters.last_position}", what, RESTORE)
        for reader, position in readers.items():
            if position > counters.last_position:
                what = f"is at {position}, beyond the log's end at {counters.last_position}"
                self._result.found("readers ahead", f"reader {reader}", what, "rebuild what it wrote: penstock history rebuild")
        for value_type, begun in self._begun.items():
            name, stored = value_type.lower().replace("_", " "), alive[value_type]
            for key in sorted(begun - stored - self._uncertain):
                self._result.found(f"lost {name}", f"{name} {key}", "the records say it lives, but it is not stored", RESTORE)
            for key in sorted(self._ended[value_type]):
                self._result.found(f"undead {name}", f"{name} {key}", "the records say it ended, but it is stored", RESTORE)
            if self._start.dropped_through == 0:
                for key in sorted(stored - begun - self._ended[value_type]):
                    self._result.found(f"unrecorded {name}", f"{name} {key}", "no record tells of its beginning", REPORT)
