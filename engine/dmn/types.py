"""Types of a model by name, and what becomes of a value that has to be of one.

Camunda checks the variable of a decision against the built-in types and fails the decision; the standard checks every typed
variable, helps where a list of one or a date would do, and makes null of what still does not fit.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from engine.dmn.decision_table import Coercion, as_it_is
from engine.dmn.findings import DecisionFailed
from engine.dmn.model import ItemDefinition
from engine.dmn.run import Run
from engine.feel import CompiledUnaryTests, Dialect, FeelError, Function, Value, compile_unary_tests, format_value, normalise
from engine.feel.syntax import TypeName
from engine.feel.types import Checkers, checker, is_instance

# The names that Camunda checks, spelt exactly so.
CHECKED_BY_CAMUNDA = frozenset({
    "string", "number", "boolean", "time", "date", "dateTime", "dayTimeDuration", "yearMonthDuration",
})  # fmt: skip
MAX_NESTING = 20

type Conforms = Callable[[Value], bool]


@dataclass(frozen=True, slots=True)
class Type:
    """A type: whether a value other than null is of it, and whether its values are lists."""

    name: str
    conforms: Conforms
    is_list: bool = False


ANY = Type("Any", lambda _value: True)


@dataclass(slots=True)
class Types:
    """The item definitions of a model and of those it imports."""

    definitions: Mapping[str, ItemDefinition]
    dialect: Dialect
    imported: Mapping[str, "Types"]
    # Whether allowed values are looked at.
    narrows: bool = True
    problems: list[str] = field(default_factory=list)
    _known: dict[str, Type] = field(default_factory=dict)

    @classmethod
    def of(cls, items: Iterable[ItemDefinition], dialect: Dialect, imported: Mapping[str, "Types"]) -> "Types":
        """The types of a model."""
        types = cls({item.name: item for item in items}, dialect, imported)
        for name in types.definitions:
            types.find(name)
        return types

    @property
    def checkers(self) -> Checkers:
        """What FEEL asks after `instance of`."""
        # The standard's `instance of` looks at the type alone, not at its allowed values.
        wide = self if not self.narrows else replace(self, narrows=False, problems=[], _known={})
        own = {name: _of_a_value(wide.find(name).conforms) for name in self.definitions}
        for prefix, types in self.imported.items():
            own |= {f"{prefix}.{name}": check for name, check in types.checkers.items()}
        return own

    def find(self, type_ref: str, depth: int = 0) -> Type:
        """The type of this name; Any where nothing is known about it."""
        known = self._known.get(type_ref)
        if known is not None:
            return known
        item = self.definitions.get(type_ref)
        if item is not None:
            # A type that is made of itself is taken as Any where it comes back to itself.
            self._known[type_ref] = ANY
            found = ANY if depth > MAX_NESTING else self._defined(item, depth + 1)
        else:
            found = self._elsewhere(type_ref)
        self._known[type_ref] = found
        return found

    def _elsewhere(self, type_ref: str) -> Type:
        prefix, dot, rest = type_ref.partition(".")
        if dot and prefix in self.imported:
            return self.imported[prefix].find(rest)
        if type_ref in {"", "Any", "any"}:
            return ANY
        conforms = checker(TypeName(type_ref), {})
        return ANY if conforms is None else Type(type_ref, conforms, type_ref == "list")

    def _defined(self, item: ItemDefinition, depth: int) -> Type:
        element = self._element(item, depth)
        tests = self._tests(item)
        if tests is not None:
            element = Type(item.name, _narrowed(element.conforms, tests), element.is_list)
        if not item.is_collection:
            return Type(item.name, element.conforms, element.is_list)
        return Type(item.name, _all_are(element.conforms), is_list=True)

    def _element(self, item: ItemDefinition, depth: int) -> Type:
        if item.is_function:
            count = len(item.function_parameters)
            return Type(item.name, lambda value: type(value) is Function and len(value.parameters) == count)
        if item.components:
            parts = {part.name: self._defined(part, depth + 1) for part in item.components}
            return Type(item.name, _has(parts))
        return self.find(item.type_ref, depth) if item.type_ref else ANY

    def _tests(self, item: ItemDefinition) -> CompiledUnaryTests | None:
        # A constraint on a list as a whole would be a test of another kind.
        written = item.allowed or (None if item.is_collection else item.constraint)
        if written is None or not written.text or not self.narrows:
            return None
        try:
            return compile_unary_tests(written.text, dialect=self.dialect)
        except FeelError as error:
            self.problems.append(f"the allowed values of the type '{item.name}' are no FEEL: {error}")
            return None

    def coercion(self, type_ref: str) -> Coercion:
        """What the standard does with a value that must be of this type."""
        wanted = self.find(type_ref)
        return as_it_is if wanted is ANY else lambda value, run: _coerce(value, wanted, run)

    @staticmethod
    def camunda_check(type_ref: str) -> Coercion:
        """What Camunda does with the value of a decision whose variable is of this type."""
        if type_ref not in CHECKED_BY_CAMUNDA:
            return as_it_is
        wanted = TypeName(type_ref)

        def check(value: Value, _run: Run) -> Value:
            if value is not None and not is_instance(value, wanted):
                raise DecisionFailed(f"expected '{type_ref}' but found '{format_value(value)}'")
            return value

        return check


def _of_a_value(conforms: Conforms) -> Conforms:
    def is_of_type(value: Value) -> bool:
        value = normalise(value)
        return value is not None and conforms(value)

    return is_of_type


def _narrowed(conforms: Conforms, tests: CompiledUnaryTests) -> Conforms:
    return lambda value: conforms(value) and tests.matches(value, {}) is True


def _all_are(conforms: Conforms) -> Conforms:
    return lambda value: type(value) is list and all(item is None or conforms(normalise(item)) for item in value)


def _has(parts: Mapping[str, Type]) -> Conforms:
    def conforms(value: Value) -> bool:
        if not isinstance(value, Mapping):
            return False
        for name, part in parts.items():
            if name not in value:
                return False
            entry = normalise(value[name])
            if entry is not None and not part.conforms(entry):
                return False
        return True

    return conforms


def _coerce(value: Value, wanted: Type, run: Run) -> Value:
    value = normalise(value)
    if value is None or wanted.conforms(value):
        return value
    if wanted.is_list and type(value) is not list:
        if wanted.conforms([value]):
            return [value]
    elif type(value) is list and len(value) == 1:
        only = normalise(value[0])
        if only is not None and wanted.conforms(only):
            return only
    elif type(value) is date:
        midnight = datetime(value.year, value.month, value.day, tzinfo=UTC)
        if wanted.conforms(midnight):
            return midnight
    run.warn(f"expected '{wanted.name}' but found '{format_value(value)}'")
    return None
