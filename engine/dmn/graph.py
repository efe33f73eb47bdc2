"""The requirements graph: hrefs resolved to elements, and what makes it impossible to evaluate."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from engine.dmn.findings import Finding
from engine.dmn.model import BusinessKnowledgeModel, Decision, DecisionService, Definitions, InputData

type Element = Decision | InputData | BusinessKnowledgeModel | DecisionService


@dataclass(slots=True)
class Graph:
    """The elements of a file by id, and the hrefs that lead to them."""

    definitions: Definitions
    # Namespaces of imported models, whose elements are not looked for here.
    imported: frozenset[str]
    elements: Mapping[str, Element] = field(init=False)
    findings: list[Finding] = field(default_factory=list)
    # Ids of decisions that are on a cycle.
    cyclic: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        one = self.definitions
        needy: list[Decision | BusinessKnowledgeModel | DecisionService] = [*one.decisions, *one.knowledge, *one.services]
        elements: list[Element] = [*needy, *one.inputs]
        self.elements = {element.id: element for element in elements if element.id}
        for element in needy:
            self._check(element)
        self._check_cycles()

    def local_id(self, href: str) -> str | None:
        """The id an href leads to in this file, None where it leads into another."""
        namespace, _, identity = href.rpartition("#")
        return identity if not namespace or namespace == self.definitions.namespace else None

    def find(self, href: str) -> Element | None:
        """The element an href leads to."""
        identity = self.local_id(href)
        return None if identity is None else self.elements.get(identity)

    def _check(self, element: Decision | BusinessKnowledgeModel | DecisionService) -> None:
        for kind, href in _references(element):
            namespace = href.rpartition("#")[0]
            if self.find(href) is None and namespace not in self.imported:
                message = f"requires the {kind} '{href}', which is not in the file; draw it or remove the requirement"
                self._report(element, message)

    def _report(self, element: Decision | BusinessKnowledgeModel | DecisionService, message: str) -> None:
        self.findings.append(
            Finding(resource_name=self.definitions.resource_name, message=message, element_id=element.id, line=element.line)
        )

    def _check_cycles(self) -> None:
        """Decisions that need each other can never be decided. An explicit stack: long chains must not exhaust Python's."""
        done: set[str] = set()
        for start in self.definitions.decisions:
            path: list[str] = []
            on_path: set[str] = set()
            stack: list[tuple[str, bool]] = [(start.id, False)]
            while stack:
                identity, is_leaving = stack.pop()
                if is_leaving:
                    on_path.discard(path.pop())
                    done.add(identity)
                    continue
                if identity in done:
                    continue
                if identity in on_path:
                    self._report_cycle([*path[path.index(identity) :], identity])
                    done.add(identity)
                    continue
                path.append(identity)
                on_path.add(identity)
                stack.append((identity, True))
                stack.extend((required, False) for required in self._required(identity))

    def _required(self, identity: str) -> list[str]:
        element = self.elements.get(identity)
        if not isinstance(element, Decision):
            return []
        found = [self.local_id(href) for href in element.required_decisions]
        return [one for one in reversed(found) if one is not None and isinstance(self.elements.get(one), Decision)]

    def _report_cycle(self, path: list[str]) -> None:
        self.cyclic.update(path)
        element = self.elements[path[0]]
        assert isinstance(element, Decision)
        shown = " -> ".join(path)
        self._report(element, f"Invalid DMN model: Cyclic dependencies between decisions detected. They are {shown}")


def _references(element: Decision | BusinessKnowledgeModel | DecisionService) -> Iterator[tuple[str, str]]:
    if isinstance(element, DecisionService):
        for href in (*element.output_decisions, *element.encapsulated_decisions, *element.input_decisions):
            yield "decision", href
        for href in element.input_data:
            yield "input", href
        return
    for href in element.required_knowledge:
        yield "knowledge", href
    if isinstance(element, Decision):
        for href in element.required_decisions:
            yield "decision", href
        for href in element.required_inputs:
            yield "input", href
