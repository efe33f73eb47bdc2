"""XML to `Definitions`: the decision requirements graph of a DMN file."""

from engine.dmn.boxed_reader import BoxedReader, type_ref
from engine.dmn.findings import Finding
from engine.dmn.model import (
    BusinessKnowledgeModel,
    Decision,
    DecisionService,
    Definitions,
    Import,
    InputData,
    ItemDefinition,
    Text,
    Variable,
)
from engine.dmn.xml import VERSIONS, Element, attribute, child, children, line_of, namespace_of, parse_xml, text_of


def read_definitions(content: bytes, resource_name: str) -> tuple[Definitions, list[Finding]]:
    """What the file says, and what is wrong with the way it says it. Raises `InvalidDmn` where it is no DMN file at all."""
    reader = _Reader(resource_name)
    return reader.definitions(parse_xml(content, resource_name)), reader.findings


class _Reader:
    def __init__(self, resource_name: str) -> None:
        self.resource_name = resource_name
        self.findings: list[Finding] = []
        self._owner = ""
        self._ids: set[str] = set()
        self._boxed = BoxedReader(self._report)

    def _report(self, element: Element, message: str) -> None:
        self.findings.append(
            Finding(
                resource_name=self.resource_name,
                message=message,
                element_id=self._owner or attribute(element, "id"),
                line=line_of(element),
            )
        )

    def definitions(self, root: Element) -> Definitions:
        """The whole file."""
        return Definitions(
            id=attribute(root, "id") or attribute(root, "name"),
            name=attribute(root, "name"),
            namespace=attribute(root, "namespace"),
            resource_name=self.resource_name,
            decisions=tuple(self._decision(element) for element in children(root, "decision")),
            inputs=tuple(self._input_data(element) for element in children(root, "inputData")),
            knowledge=tuple(self._knowledge(element) for element in children(root, "businessKnowledgeModel")),
            services=tuple(self._service(element) for element in children(root, "decisionService")),
            item_definitions=tuple(item_definition(element) for element in children(root, "itemDefinition")),
            imports=tuple(self._import(element) for element in children(root, "import")),
            expression_language=attribute(root, "expressionLanguage"),
            dmn_version=VERSIONS[namespace_of(root)],
        )

    def _identify(self, element: Element, kind: str) -> str:
        self._owner = attribute(element, "id")
        if not self._owner:
            self._report(element, f"the {kind} '{attribute(element, 'name')}' needs an id")
        elif self._owner in self._ids:
            self._report(element, f"the id '{self._owner}' is used twice; ids must be unique")
        self._ids.add(self._owner)
        if not attribute(element, "name"):
            self._report(element, f"the {kind} '{self._owner}' needs a name")
        return self._owner

    def _decision(self, element: Element) -> Decision:
        identity = self._identify(element, "decision")
        expression = self._boxed.inside(element)
        if expression is None:
            self._report(element, "the decision has no logic; draw a decision table or write an expression")
        decision = Decision(
            id=identity,
            name=attribute(element, "name"),
            variable=_own_variable(element),
            expression=expression,
            required_decisions=_hrefs(element, "informationRequirement", "requiredDecision"),
            required_inputs=_hrefs(element, "informationRequirement", "requiredInput"),
            required_knowledge=_hrefs(element, "knowledgeRequirement", "requiredKnowledge"),
            question=text_of(child(element, "question")),
            allowed_answers=text_of(child(element, "allowedAnswers")),
            line=line_of(element),
        )
        self._owner = ""
        return decision

    def _knowledge(self, element: Element) -> BusinessKnowledgeModel:
        identity = self._identify(element, "business knowledge model")
        logic = child(element, "encapsulatedLogic")
        if logic is None:
            self._report(element, "the business knowledge model has no logic")
        knowledge = BusinessKnowledgeModel(
            id=identity,
            name=attribute(element, "name"),
            variable=_own_variable(element),
            function=None if logic is None else self._boxed.function(logic),
            required_knowledge=_hrefs(element, "knowledgeRequirement", "requiredKnowledge"),
            line=line_of(element),
        )
        self._owner = ""
        return knowledge

    def _service(self, element: Element) -> DecisionService:
        identity = self._identify(element, "decision service")
        self._owner = ""
        return DecisionService(
            id=identity,
            name=attribute(element, "name"),
            variable=_own_variable(element),
            output_decisions=_references(element, "outputDecision"),
            encapsulated_decisions=_references(element, "encapsulatedDecision"),
            input_decisions=_references(element, "inputDecision"),
            input_data=_references(element, "inputData"),
            line=line_of(element),
        )

    def _input_data(self, element: Element) -> InputData:
        identity = self._identify(element, "input")
        self._owner = ""
        name = attribute(element, "name")
        return InputData(identity, name, _own_variable(element) or Variable(name))

    def _import(self, element: Element) -> Import:
        return Import(
            attribute(element, "namespace"),
            attribute(element, "name"),
            attribute(element, "importType"),
            attribute(element, "locationURI"),
            line_of(element),
        )


def item_definition(element: Element) -> ItemDefinition:
    """A named type or a component of one."""
    function = child(element, "functionItem")
    return ItemDefinition(
        name=attribute(element, "name"),
        type_ref=type_ref(element) if function is None else attribute(function, "outputTypeRef"),
        is_collection=attribute(element, "isCollection") in {"true", "1"},
        allowed=_tests(child(element, "allowedValues")),
        constraint=_tests(child(element, "typeConstraint")),
        components=tuple(item_definition(component) for component in children(element, "itemComponent")),
        is_function=function is not None,
        function_parameters=()
        if function is None
        else tuple(Variable(attribute(one, "name"), type_ref(one)) for one in children(function, "parameters")),
    )


def _tests(element: Element | None) -> Text | None:
    return None if element is None else Text(text_of(child(element, "text")), line_of(element))


def _own_variable(element: Element) -> Variable | None:
    variable = child(element, "variable")
    if variable is None:
        return None
    name = attribute(variable, "name") or attribute(element, "name")
    return Variable(name, type_ref(variable)) if name else None


def _hrefs(element: Element, requirement: str, required: str) -> tuple[str, ...]:
    return tuple(attribute(one, "href") for wrapper in children(element, requirement) for one in children(wrapper, required))


def _references(element: Element, name: str) -> tuple[str, ...]:
    return tuple(attribute(one, "href") for one in children(element, name))
