"""The test files of the DMN Technology Compatibility Kit: what is given, what is asked, what is expected."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from engine import feel
from engine.dmn.xml import Element, attribute, local_name, text_of
from engine.feel import Value, numbers

_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
# Type of a value in the test files -> how FEEL writes a value of it.
_LITERALS = {
    "date": 'date("{}")',
    "dateTime": 'date and time("{}")',
    "time": 'time("{}")',
    "duration": 'duration("{}")',
}


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a result must be; an error counts as null where an error is expected."""

    name: str
    value: Value
    is_error: bool


@dataclass(frozen=True, slots=True)
class Case:
    """A test of the kit."""

    id: str
    service: str
    inputs: Mapping[str, Value]
    expectations: tuple[Expectation, ...]

    @property
    def expects_value(self) -> bool:
        """Whether an engine that always answers null would fail it."""
        return any(one.value is not None and not one.is_error for one in self.expectations)


def read_cases(path: Path) -> tuple[str, list[Case]]:
    """The name of the model under test and its cases."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    root = etree.fromstring(path.read_bytes(), parser)
    model = next((text_of(one) for one in root if local_name(one) == "modelName"), "")
    return model, [_case(one) for one in root if local_name(one) == "testCase"]


def _case(element: Element) -> Case:
    is_service = attribute(element, "type") == "decisionService"
    return Case(
        attribute(element, "id"),
        attribute(element, "invocableName") if is_service else "",
        {attribute(one, "name"): value_of(one) for one in _named(element, "inputNode")},
        tuple(_expectation(one) for one in _named(element, "resultNode")),
    )


def _expectation(element: Element) -> Expectation:
    expected = next(_named(element, "expected"), None)
    value = None if expected is None else value_of(expected)
    return Expectation(attribute(element, "name"), value, attribute(element, "errorResult") == "true")


def _named(element: Element, name: str) -> Iterator[Element]:
    return (one for one in element if local_name(one) == name)


def value_of(element: Element) -> Value:
    """The value written in an element: a list, a context of components, or one value."""
    listed = next(_named(element, "list"), None)
    if listed is not None:
        return None if listed.get(f"{_XSI}nil") == "true" else [value_of(item) for item in _named(listed, "item")]
    components = list(_named(element, "component"))
    if components:
        return {attribute(one, "name"): value_of(one) for one in components}
    value = next(_named(element, "value"), None)
    if value is None or value.get(f"{_XSI}nil") == "true":
        return None
    return _simple(value)


def _simple(element: Element) -> Value:
    kind = (element.get(f"{_XSI}type") or "string").rpartition(":")[2]
    text = "".join(element.itertext())
    if kind in _LITERALS:
        return feel.evaluate(_LITERALS[kind].format(text.strip())).value
    if kind == "boolean":
        return text.strip() in {"true", "1"}
    if kind in {"decimal", "double", "integer", "int", "float", "long"}:
        return _number(text.strip())
    return text


def _number(text: str) -> Value:
    try:
        return numbers.DECIMAL128.create_decimal(text)
    except ArithmeticError:
        return None
