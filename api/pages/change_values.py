"""What stands in a change as people read it: objects field by field, records by their names, codes by what they are called."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from api.i18n import Language
from api.pages.change_fields import entry_kinds, inner_field_names, priority_names
from history.queries import NotInHistory, ProcessDefinition
from services.changes import ChangeItem, Difference, Json, difference, readable
from services.changes.migrations import SYSTEM as INSTANCES
from services.directories import WHOLE, Directories, Entry

# Fields whose values are a directory entry's id.
REFERENCES = frozenset({"parent_id", "merged_into"})


@dataclass(frozen=True, slots=True)
class Line:
    """One field of the object that an item holds; without a name where the item's value is no object."""

    name: str
    code: str
    difference: Difference


@dataclass(frozen=True, slots=True)
class Names:
    """What the ids in a change stand for."""

    entries: Mapping[str, str] = field(default_factory=dict)
    definitions: Mapping[str, ProcessDefinition] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChangeValues:
    """The values of a change's items in the reader's language."""

    language: Language
    names: Names

    def text(self, item: ChangeItem, value: Json) -> str:
        """A value in words; of an object a line for each field."""
        if not isinstance(value, dict) or not _has_fields(item):
            return self._said(item.system, item.field, value)
        called = inner_field_names(self.language, item)
        told = ((called.get(code, code), self._said(item.system, code, each)) for code, each in value.items())
        return "\n".join(f"{name}: {text}" for name, text in told)

    def lines(self, item: ChangeItem) -> tuple[Line, ...]:
        """Both sides, field by field where they are objects."""
        sides = [value for value in (item.after, item.before) if value is not None]
        if not sides or not _has_fields(item) or not all(isinstance(value, dict) for value in sides):
            return (Line("", "", self._difference(item, item.field, item.before, item.after)),)
        called = inner_field_names(self.language, item)
        before, after = item.before or {}, item.after or {}
        return tuple(
            Line(called.get(code, code), code, self._difference(item, code, before.get(code), after.get(code)))
            for code in dict.fromkeys([*after, *before])
        )

    def _difference(self, item: ChangeItem, code: str, before: Json, after: Json) -> Difference:
        said = self._said(item.system, code, before), self._said(item.system, code, after)
        # Two records may have one name, and a text may look like a number: then the values themselves tell them apart.
        return difference(before, after) if said[0] == said[1] and before != after else difference(*said)

    def _said(self, system: str, code: str, value: Json) -> str:
        match system, value:
            case "directories", str() if code in REFERENCES:
                return self.names.entries.get(value, value)
            case "directories", str() if code == "kind":
                return entry_kinds(self.language).get(value, value)
            case "directories", list():
                return "\n".join(readable(each) for each in value)
            case "tickets", str() if code == "priority":
                return priority_names(self.language).get(value, value)
            case "instances", str() if value in self.names.definitions:
                return self._version(self.names.definitions[value])
            case _:
                return readable(value)

    def _version(self, definition: ProcessDefinition) -> str:
        name = self.language.model_text(definition.name or definition.bpmn_process_id)
        told = self.language.gettext("%(process)s, version %(version)s")
        return told % {"process": name, "version": definition.version}


def names_in(items: Sequence[ChangeItem], directories: Directories, definition: Callable[[int], ProcessDefinition]) -> Names:
    """Looks up what the items refer to; blocks. What is not known, or not any more, keeps its id."""
    wanted = {each for item in items if item.system == "directories" for each in _references(item)}
    keys = {value for item in items if item.system == INSTANCES for value in _values(item) if _is_key(value)}
    made = {item.record: str(item.after.get("name")) for item in items if item.field == WHOLE and isinstance(item.after, dict)}
    kept: Iterable[Entry] = directories.entries(with_merged=True) if wanted - set(made) else ()
    return Names({**made, **{each.entry_id: each.name for each in kept}}, dict(_known(keys, definition)))


def _known(keys: Iterable[str], definition: Callable[[int], ProcessDefinition]) -> Iterable[tuple[str, ProcessDefinition]]:
    for key in keys:
        try:
            yield key, definition(int(key))
        except NotInHistory:
            continue


def _references(item: ChangeItem) -> Iterable[str]:
    for value in _values(item):
        if isinstance(value, dict):
            yield from (each for code in REFERENCES if isinstance(each := value.get(code), str))
        elif item.field in REFERENCES and isinstance(value, str):
            yield value


def _values(item: ChangeItem) -> tuple[Any, ...]:
    return item.before, item.after, item.current


def _is_key(value: object) -> bool:
    return isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19


def _has_fields(item: ChangeItem) -> bool:
    """A process's variables are shown as the JSON that they are: whoever edits them writes it so."""
    return item.system != "variables"
