"""The rows of one process instance: a tree of element instances, and what hangs on them."""

from dataclasses import dataclass, field
from typing import Any

import msgspec

from engine.processing.catalog import Catalog
from engine.processing.entities import CompensationSubscription, ElementRow, Entity, Kind
from engine.processing.ports import Row, StoredRow
from engine.processing.rows import decode, row_of
from engine.state.verify.report import CANCEL, RESTORE, Verification

_decode_element = msgspec.msgpack.Decoder(ElementRow).decode
_decode_variables = msgspec.msgpack.Decoder(list[tuple[str, int, str]]).decode
_RECORDED = {Kind.ELEMENT: "PROCESS_INSTANCE", Kind.JOB: "JOB", Kind.TIMER: "TIMER", Kind.USER_TASK: "USER_TASK"}
_RECORDED |= {Kind.INCIDENT: "INCIDENT"}


@dataclass
class Instances:
    """Checks one instance after the other and remembers what has to be compared across them."""

    result: Verification
    catalog: Catalog
    roots: set[int] = field(default_factory=set)
    # Instance -> the instance that called it.
    parents: dict[int, int] = field(default_factory=dict)
    # Keys by the value type of the records that tell of them.
    alive: dict[str, set[int]] = field(default_factory=lambda: {name: set() for name in _RECORDED.values()})

    def check(self, owner: int, rows: list[Row]) -> None:
        """Look at all rows of an instance."""
        where = f"process instance {owner}"
        elements = self._elements(where, rows)
        root = elements.get(owner)
        if root is None or root.scope_key != -1:
            kinds = sorted({Kind(row.kind).name for row in rows if row.kind in Kind})
            what = f"{len(rows)} rows ({', '.join(kinds)}) belong to it, but it is not there itself"
            self.result.found("orphans", where, what, RESTORE)
            return
        self.roots.add(owner)
        if root.parent_process_key >= 0:
            self.parents[owner] = root.parent_process_key
        self._check_definition(where, root, elements, rows)
        for key, element in elements.items():
            if key != owner and element.scope_key not in elements:
                what = f"its scope {element.scope_key} is not there"
                self.result.found("element instances without scope", f"{where}, element instance {key}", what, CANCEL)
        for row in rows:
            self._check_part(where, row, elements)

    def _elements(self, where: str, rows: list[Row]) -> dict[int, ElementRow]:
        elements: dict[int, ElementRow] = {}
        for row in rows:
            if row.kind != Kind.ELEMENT:
                continue
            self.alive["PROCESS_INSTANCE"].add(row.key)
            try:
                elements[row.key] = _decode_element(row.body)
            except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                self.result.found("unreadable rows", f"{where}, element instance {row.key}", f"unreadable: {error}", RESTORE)
        return elements

    def _check_definition(self, where: str, root: ElementRow, elements: dict[int, ElementRow], rows: list[Row]) -> None:
        try:
            definition = self.catalog.process(root.definition_key)
        except Exception as error:  # noqa: BLE001 - whatever hinders its reading is what is wrong
            what = f"its definition {root.definition_key} cannot be used: {error}"
            self.result.found("instances without definition", where, what, RESTORE)
            return
        lookup = next(row.lookup for row in rows if row.kind == Kind.ELEMENT and row.key == row.owner)
        if lookup != f"d/{root.definition_key}":
            self.result.found("rows not found by content", where, f"is listed under {lookup!r}", RESTORE)
        for key, element in elements.items():
            if element.element_id not in definition.model.elements:
                what = f"its element {element.element_id!r} is not in the definition {root.definition_key}"
                self.result.found("unknown elements", f"{where}, element instance {key}", what, CANCEL)

    def _check_part(self, where: str, row: Row, elements: dict[int, ElementRow]) -> None:
        if row.kind == Kind.ELEMENT:
            return
        if row.kind == Kind.VARIABLES:
            self._check_variables(where, row, elements)
            return
        entity = read(self.result, where, row)
        if entity is None:
            return
        if row.kind in _RECORDED:
            self.alive[_RECORDED[Kind(row.kind)]].add(row.key)
        part: Any = entity
        element_key = part.scope_key if isinstance(entity, CompensationSubscription) else part.element_instance_key
        if element_key not in elements:
            name = Kind(row.kind).name.lower().replace("_", " ")
            what = f"its element instance {element_key} is not there"
            self.result.found(f"orphan {name}s", f"{where}, {name} {row.key}", what, CANCEL)

    def _check_variables(self, where: str, row: Row, elements: dict[int, ElementRow]) -> None:
        place = f"{where}, variables of {-row.key}"
        if -row.key not in elements:
            self.result.found("orphan variables", place, "that scope is not there", CANCEL)
        try:
            for name, _, text in _decode_variables(row.body):
                msgspec.json.decode(text, type=msgspec.Raw)
                self.result.counts["variables"] += bool(name)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            self.result.found("unreadable rows", place, f"unreadable: {error}", RESTORE)


def read(result: Verification, where: str, row: Row) -> Entity | None:
    """The entity of a row, when the row is readable and is found where its content says."""
    place = f"{where}, row {row.key} of kind {row.kind}"
    try:
        entity = decode(StoredRow(row.key, row.kind, row.body))
        wanted = row_of(entity)
    except (KeyError, msgspec.MsgspecError, ValueError) as error:
        result.found("unreadable rows", place, f"unreadable: {error}", RESTORE)
        return None
    if wanted[:5] != row[:5]:
        what = f"is stored as {row[:5]}, its content says {tuple(wanted[:5])}"
        result.found("rows not found by content", place, what, RESTORE)
    return entity
