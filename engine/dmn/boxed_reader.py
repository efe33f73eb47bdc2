"""XML to boxed expressions: everything that can stand where a decision has its logic."""

from collections.abc import Callable
from typing import TypedDict

from engine.dmn.model import (
    Aggregator,
    Binding,
    Boxed,
    BoxedContext,
    BoxedFilter,
    BoxedInvocation,
    BoxedIterator,
    BoxedList,
    Conditional,
    ContextEntry,
    DecisionTable,
    FunctionDefinition,
    HitPolicy,
    InputClause,
    LiteralExpression,
    OutputClause,
    Relation,
    Rule,
    Text,
    Variable,
)
from engine.dmn.xml import Element, attribute, child, children, line_of, local_name, text_of

type Report = Callable[[Element, str], None]


class BoxedReader:
    """Reads boxed expressions; what is wrong with them goes to `report`."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._readers: dict[str, Callable[[Element], Boxed]] = {
            "literalExpression": self._literal,
            "decisionTable": self._table,
            "context": self._context,
            "invocation": self._invocation,
            "list": self._list,
            "relation": self._relation,
            "functionDefinition": self.function,
            "conditional": self._conditional,
            "filter": self._filter,
            "for": self._iterator,
            "some": self._iterator,
            "every": self._iterator,
        }

    def inside(self, element: Element | None) -> Boxed | None:
        """The first boxed expression among the children of an element."""
        if element is None:
            return None
        found = child(element, *self._readers)
        return None if found is None else self._readers[local_name(found)](found)

    def _literal(self, element: Element) -> Boxed:
        if child(element, "importedValues") is not None:
            self._report(element, "imported values are not supported; write the expression here")
        return LiteralExpression(
            text=text_of(child(element, "text")), language=attribute(element, "expressionLanguage"), **_common(element)
        )

    def _context(self, element: Element) -> Boxed:
        entries = tuple(
            ContextEntry(_variable(child(entry, "variable")), self.inside(entry)) for entry in children(element, "contextEntry")
        )
        return BoxedContext(entries=entries, **_common(element))

    def _invocation(self, element: Element) -> Boxed:
        bindings = []
        for binding in children(element, "binding"):
            parameter = _variable(child(binding, "parameter"))
            if parameter is None:
                self._report(binding, "a binding needs a parameter with a name")
            else:
                bindings.append(Binding(parameter.name, self.inside(binding)))
        return BoxedInvocation(function=self.inside(element), bindings=tuple(bindings), **_common(element))

    def _list(self, element: Element) -> Boxed:
        return BoxedList(items=self._all(element), **_common(element))

    def _relation(self, element: Element) -> Boxed:
        columns = tuple(_variable(column) or Variable("") for column in children(element, "column"))
        rows = tuple(self._all(row) for row in children(element, "row"))
        for number, row in enumerate(rows, start=1):
            if len(row) != len(columns):
                self._report(element, f"row {number} of the relation has {len(row)} cells for {len(columns)} columns")
        return Relation(columns=columns, rows=rows, **_common(element))

    def function(self, element: Element) -> FunctionDefinition:
        """A function definition, or the encapsulated logic of a business knowledge model."""
        parameters = tuple(_variable(parameter) or Variable("") for parameter in children(element, "formalParameter"))
        return FunctionDefinition(
            kind=attribute(element, "kind") or "FEEL", parameters=parameters, body=self.inside(element), **_common(element)
        )

    def _conditional(self, element: Element) -> Boxed:
        parts = {name: self.inside(child(element, name)) for name in ("if", "then", "else")}
        return Conditional(condition=parts["if"], then=parts["then"], otherwise=parts["else"], **_common(element))

    def _filter(self, element: Element) -> Boxed:
        return BoxedFilter(
            source=self.inside(child(element, "in")), match=self.inside(child(element, "match")), **_common(element)
        )

    def _iterator(self, element: Element) -> Boxed:
        return BoxedIterator(
            kind=local_name(element),
            variable=attribute(element, "iteratorVariable"),
            source=self.inside(child(element, "in")),
            body=self.inside(child(element, "return", "satisfies")),
            **_common(element),
        )

    def _all(self, element: Element) -> tuple[Boxed, ...]:
        return tuple(self._readers[local_name(one)](one) for one in children(element, *self._readers))

    def _table(self, element: Element) -> Boxed:
        inputs = tuple(self._input(clause) for clause in children(element, "input"))
        outputs = tuple(self._output(clause) for clause in children(element, "output"))
        if not outputs:
            self._report(element, "a decision table needs an output column")
        return DecisionTable(
            hit_policy=self._choice(element, "hitPolicy", HitPolicy, HitPolicy.UNIQUE),
            aggregator=self._choice(element, "aggregation", Aggregator, Aggregator.LIST),
            inputs=inputs,
            outputs=outputs,
            rules=tuple(self._rule(rule, len(inputs), len(outputs)) for rule in children(element, "rule")),
            **_common(element),
        )

    def _choice[E: (HitPolicy, Aggregator)](self, element: Element, name: str, kind: type[E], default: E) -> E:
        written = attribute(element, name)
        try:
            return kind(written) if written else default
        except ValueError:
            self._report(element, f"{name} '{written}' is none of {', '.join(kind)}")
            return default

    def _input(self, element: Element) -> InputClause:
        expression = child(element, "inputExpression")
        if expression is None:
            self._report(element, "an input column needs an input expression")
        return InputClause(
            attribute(element, "id"),
            attribute(element, "label"),
            _text(expression) or Text("", line_of(element)),
            "" if expression is None else type_ref(expression),
            _text(child(element, "inputValues")),
        )

    def _output(self, element: Element) -> OutputClause:
        return OutputClause(
            attribute(element, "id"),
            attribute(element, "label"),
            attribute(element, "name"),
            type_ref(element),
            _text(child(element, "outputValues")),
            _text(child(element, "defaultOutputEntry")),
        )

    def _rule(self, element: Element, inputs: int, outputs: int) -> Rule:
        tests = tuple(_text(cell) or Text("") for cell in children(element, "inputEntry"))
        answers = tuple(_text(cell) or Text("") for cell in children(element, "outputEntry"))
        if len(tests) > inputs:
            self._report(element, f"the rule has {len(tests)} conditions for {inputs} input columns")
        if len(answers) != outputs:
            self._report(element, f"the rule has {len(answers)} answers for {outputs} output columns")
        # A condition that was not written matches everything, as an empty one does.
        tests += (Text("", line_of(element)),) * (inputs - len(tests))
        notes = tuple(text_of(child(note, "text")) for note in children(element, "annotationEntry"))
        notes += tuple(text_of(note) for note in children(element, "description"))
        return Rule(attribute(element, "id"), tests, answers, notes, line_of(element))


class _Common(TypedDict):
    """What every boxed expression has."""

    id: str
    type_ref: str
    line: int


def _common(element: Element) -> _Common:
    return {"id": attribute(element, "id"), "type_ref": type_ref(element), "line": line_of(element)}


def _text(element: Element | None) -> Text | None:
    if element is None:
        return None
    return Text(
        text_of(child(element, "text")), line_of(element), attribute(element, "id"), attribute(element, "expressionLanguage")
    )


def _variable(element: Element | None) -> Variable | None:
    name = "" if element is None else attribute(element, "name")
    return None if element is None or not name else Variable(name, type_ref(element))


def type_ref(element: Element) -> str:
    """The type of an element: an attribute since DMN 1.2, a qualified name before, an element in item definitions."""
    written = attribute(element, "typeRef") or text_of(child(element, "typeRef"))
    prefix, colon, name = written.partition(":")
    return name if colon and prefix in element.nsmap else written
