"""What a DMN file says: frozen nouns of the standard, free of XML and not yet compiled.

Source: DMN 1.5 chapters 6 (requirements), 7 (item definitions), 8 (decision tables) and 10 (boxed expressions). A name that is
empty was not written; `line` is the line of the element in its file.
"""

from dataclasses import dataclass
from enum import StrEnum


class HitPolicy(StrEnum):
    """What a table answers when several rules match."""

    UNIQUE = "UNIQUE"
    FIRST = "FIRST"
    PRIORITY = "PRIORITY"
    ANY = "ANY"
    COLLECT = "COLLECT"
    RULE_ORDER = "RULE ORDER"
    OUTPUT_ORDER = "OUTPUT ORDER"


class Aggregator(StrEnum):
    """How a COLLECT table makes one number of its outputs; LIST is no aggregation."""

    LIST = "LIST"
    SUM = "SUM"
    COUNT = "COUNT"
    MIN = "MIN"
    MAX = "MAX"


@dataclass(frozen=True, slots=True)
class Text:
    """An expression or a list of unary tests as written."""

    text: str
    line: int = 0
    id: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Variable:
    """A name with the type its value must have."""

    name: str
    type_ref: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Boxed:
    """A boxed expression."""

    id: str = ""
    type_ref: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LiteralExpression(Boxed):
    """A FEEL expression."""

    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class InputClause:
    """A column of conditions."""

    id: str
    label: str
    expression: Text
    type_ref: str = ""
    allowed: Text | None = None

    @property
    def title(self) -> str:
        """What the designer reads above the column; the name of the input in audits."""
        return self.label or self.expression.text


@dataclass(frozen=True, slots=True)
class OutputClause:
    """A column of answers."""

    id: str
    label: str
    name: str
    type_ref: str = ""
    allowed: Text | None = None
    default: Text | None = None

    @property
    def title(self) -> str:
        """What the designer reads above the column; the name of the output in audits."""
        return self.label or self.name


@dataclass(frozen=True, slots=True)
class Rule:
    """A row: one test per input, one expression per output."""

    id: str
    inputs: tuple[Text, ...]
    outputs: tuple[Text, ...]
    annotations: tuple[str, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionTable(Boxed):
    """Rules in rows."""

    hit_policy: HitPolicy = HitPolicy.UNIQUE
    aggregator: Aggregator = Aggregator.LIST
    inputs: tuple[InputClause, ...] = ()
    outputs: tuple[OutputClause, ...] = ()
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class ContextEntry:
    """`variable: expression`; without a variable the expression is the result of the context."""

    variable: Variable | None
    expression: Boxed | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxedContext(Boxed):
    """Entries, each seeing those before it."""

    entries: tuple[ContextEntry, ...]


@dataclass(frozen=True, slots=True)
class Binding:
    """The argument of one parameter."""

    parameter: str
    expression: Boxed | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxedInvocation(Boxed):
    """A call with named arguments."""

    function: Boxed | None
    bindings: tuple[Binding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxedList(Boxed):
    """A list of expressions."""

    items: tuple[Boxed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation(Boxed):
    """A list of contexts of one shape."""

    columns: tuple[Variable, ...]
    rows: tuple[tuple[Boxed, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionDefinition(Boxed):
    """Parameters and a body; `kind` is FEEL, or Java and PMML, which are never run."""

    kind: str = "FEEL"
    parameters: tuple[Variable, ...] = ()
    body: Boxed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditional(Boxed):
    """If, then, else."""

    condition: Boxed | None
    then: Boxed | None
    otherwise: Boxed | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxedFilter(Boxed):
    """The items of a list that match."""

    source: Boxed | None
    match: Boxed | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxedIterator(Boxed):
    """`for`, `some` or `every` over a list."""

    kind: str
    variable: str
    source: Boxed | None
    body: Boxed | None


@dataclass(frozen=True, slots=True)
class ItemDefinition:
    """A named type: another type narrowed, a context of components, a list of one of these, or a function."""

    name: str
    type_ref: str = ""
    is_collection: bool = False
    allowed: Text | None = None
    constraint: Text | None = None
    components: tuple["ItemDefinition", ...] = ()
    is_function: bool = False
    function_parameters: tuple[Variable, ...] = ()


@dataclass(frozen=True, slots=True)
class InputData:
    """Something the caller gives."""

    id: str
    name: str
    variable: Variable


@dataclass(frozen=True, slots=True)
class Decision:
    """A question with its logic and what it needs; references are hrefs."""

    id: str
    name: str
    variable: Variable | None = None
    expression: Boxed | None = None
    required_decisions: tuple[str, ...] = ()
    required_inputs: tuple[str, ...] = ()
    required_knowledge: tuple[str, ...] = ()
    question: str = ""
    allowed_answers: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class BusinessKnowledgeModel:
    """Logic that decisions share: a function."""

    id: str
    name: str
    variable: Variable | None = None
    function: FunctionDefinition | None = None
    required_knowledge: tuple[str, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class DecisionService:
    """Decisions behind one door, callable as a function."""

    id: str
    name: str
    variable: Variable | None = None
    output_decisions: tuple[str, ...] = ()
    encapsulated_decisions: tuple[str, ...] = ()
    input_decisions: tuple[str, ...] = ()
    input_data: tuple[str, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class Import:
    """Another model whose elements are used under a name."""

    namespace: str
    name: str
    import_type: str
    location: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Definitions:
    """A DMN file."""

    id: str
    name: str
    namespace: str
    resource_name: str
    decisions: tuple[Decision, ...] = ()
    inputs: tuple[InputData, ...] = ()
    knowledge: tuple[BusinessKnowledgeModel, ...] = ()
    services: tuple[DecisionService, ...] = ()
    item_definitions: tuple[ItemDefinition, ...] = ()
    imports: tuple[Import, ...] = ()
    expression_language: str = ""
    dmn_version: str = "1.3"
