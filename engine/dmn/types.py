"""Types of a model by name, and what becomes of a value that has to be of one.

Camunda checks the variable of a decision against the built-in types and fails the decision; the standard checks every typed
variable, helps where a list of one or a date would do, and makes null of what still does not fit.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from engine.dmn.decision_table import Coercion, as_it_is
from engine.dmn.findings import DecisionFailed
from engine.dmn.model import ItemDefinition
from engine.dmn.run import Run
from engine.feel import CompiledUnaryTests, Dialect, FeelError, Value, compile_unary_tests, format_value
from engine.feel.json_values import normalise
from engine.feel.syntax import TypeName
from engine.feel.types import is_instance, resolve

# The names that Camunda checks, spelt exactly so.
CHECKED_BY_CAMUNDA = frozenset({
    "string", "number", "boolean", "time", "date", "dateTime", "dayTimeDuration", "yearMonthDuration",
})  # fmt: skip
MAX_NESTING = 20

type Conforms = Callable[[Value], bool]


@dataclass(frozen=True, slots=True)
class Type:
    """A type: whether a value is of it, whether it is a list, and its shape for `instance of`."""

    name: str
    conforms: Conforms
    is_list: bool = False
    shape: TypeName | None = None


ANY = Type("Any", lambda _value: True)


@dataclass(slots=True)
class Types:
    """The item definitions of a model and of those it imports."""

    definitions: Mapping[str, ItemDefinition]
    dialect: Dialect
    imported: Mapping[str, "Types"] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    _known: dict[str, Type] = field(default_factory=dict)

    @classmethod
    def of(cls, items: Iterable[ItemDefinition], dialect: Dialect, imported: Mapping[str, "Types"]) -> "Types":
        """The types of a model."""
        return cls({item.name: item for item in items}, dialect, imported)

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
        named = resolve(TypeName(type_ref))
        if named is None:
            return ANY
        return Type(type_ref, lambda value: is_instance(value, named), type_ref == "list", named)

    def _defined(self, item: ItemDefinition, depth: int) -> Type:
        element = self._element(item, depth)
        tests = self._tests(item)
        if tests is not None:
            element = Type(item.name, _narrowed(element.conforms, tests), element.is_list, element.shape)
        if not item.is_collection:
            return element
        shape = None if element.shape is None else TypeName("list", (element.shape,))
        return Type(item.name, _all_are(element.conforms), is_list=True, shape=shape)

    def _element(self, item: ItemDefinition, depth: int) -> Type:
        if item.is_function:
            return self._function(item, depth)
        if item.components:
            parts = {part.name: self._defined(part, depth + 1) for part in item.components}
            shapes = tuple(part.shape or TypeName("Any") for part in parts.values())
            return Type(item.name, _has(parts), shape=TypeName("context", shapes, tuple(parts)))
        return self.find(item.type_ref, depth) if item.type_ref else ANY

    def _function(self, item: ItemDefinition, depth: int) -> Type:
        kinds = [parameter.type_ref for parameter in item.function_parameters] + [item.type_ref]
        shapes = tuple(self.find(kind, depth).shape or TypeName("Any") for kind in kinds)
        shape = TypeName("function", shapes)
        return Type(item.name, lambda value: is_instance(value, shape), shape=shape)

    def _tests(self, item: ItemDefinition) -> CompiledUnaryTests | None:
        # A constraint on the list as a whole would be a test of another kind; DMN calls it `typeConstraint`.
        written = item.allowed or (None if item.is_collection else item.constraint)
        if written is None or not written.text:
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
