"""Starting an element out of turn: the scopes around it are found, or begun without their start events.

Used by modifications and by the start instructions of a new instance.
"""

from collections.abc import Callable

from engine.bpmn.model import Element, ElementType
from engine.processing import subscriptions
from engine.processing.engine import Engine
from engine.processing.entities import State
from engine.processing.instances import Definition, ElementInstance
from engine.processing.lifecycle import activated, create

UNSUPPORTED = frozenset({ElementType.START_EVENT, ElementType.BOUNDARY_EVENT, ElementType.SEQUENCE_FLOW})
SUPPORTED_NAMES = ", ".join(kind for kind in ElementType if kind not in UNSUPPORTED)


class SeveralScopes(Exception):
    """A scope has more than one instance; somebody must say which is meant."""

    def __init__(self, scope_id: str) -> None:
        super().__init__(scope_id)
        self.scope_id = scope_id


def element_type(definition: Definition, element_id: str) -> ElementType | None:
    """The type of an element or sequence flow; None where there is no such id."""
    if element_id in definition.model.flows:
        return ElementType.SEQUENCE_FLOW
    element = definition.model.elements.get(element_id)
    return None if element is None else element.type


def follows_event_gateway(definition: Definition, element_id: str) -> bool:
    """Whether an element is one of the events an event-based gateway waits for."""
    element = definition.model.elements.get(element_id)
    sources = () if element is None else (definition.model.elements[flow.source_id] for flow in element.incoming)
    return any(source.type == ElementType.EVENT_BASED_GATEWAY for source in sources)


def scope_ids(definition: Definition, element_id: str) -> list[str]:
    """The scopes around an element below the process, outermost first."""
    path: list[str] = []
    parent = definition.element(element_id).parent_id
    while parent is not None and parent != definition.bpmn_process_id:
        path.insert(0, parent)
        parent = definition.element(parent).parent_id
    return path


def scope_ids_below(start: ElementInstance, element_id: str) -> list[str]:
    """The scopes around an element that lie below an instance of one of them, outermost first."""
    path = scope_ids(start.process.definition, element_id)
    return path[path.index(start.element.id) + 1 :] if start.element.id in path else path


def scopes_around(instance: ElementInstance) -> list[ElementInstance]:
    """An element instance and the scopes around it, outermost first."""
    around: list[ElementInstance] = []
    outer: ElementInstance | None = instance
    while outer is not None:
        around.insert(0, outer)
        outer = outer.scope
    return around


def find_scope(scope: ElementInstance, scope_id: str) -> ElementInstance | None:
    """The one active instance of a scope inside another.

    Raises:
        SeveralScopes: there is more than one.
    """
    found = [child for child in scope.children.values() if child.element.id == scope_id and child.is_active]
    if len(found) > 1:
        raise SeveralScopes(scope_id)
    if found and found[0].is_body:
        # What is inside a multi-instance is inside one of its turns.
        return find_scope(found[0], scope_id)
    return found[0] if found else None


def place(
    engine: Engine,
    start: ElementInstance,
    element_id: str,
    begun: Callable[[ElementInstance], None] = lambda _instance: None,
    *,
    is_chosen: bool = False,
) -> tuple[ElementInstance, list[int]]:
    """Begin an element below a scope; it activates when its turn comes.

    Where the scope was chosen by hand, those between it and the element are begun anew; else they are looked for first.
    `begun` is told of each scope around it, outermost first, of a new one before it is active, and of the instance itself.
    Returns the instance and the keys of the scopes around it.
    """
    process = start.process
    scope = start
    for outer in scopes_around(start):
        begun(outer)
    for scope_id in scope_ids_below(start, element_id):
        found = None if is_chosen else find_scope(scope, scope_id)
        if found is not None:
            begun(found)
        scope = found or _begin_scope(engine, scope, scope_id, begun)
    element = process.definition.element(element_id)
    if element.type == ElementType.PARALLEL_GATEWAY:
        # It counts as if all its tokens had arrived, but those that wait for it stay for the next time.
        scope.active_flows = max(0, scope.active_flows - len(element.incoming))
    instance = create(engine, process, element, scope, is_unparented=True)
    begun(instance)
    engine.follow_up("activate", process.key, instance.key, element_id, scope.key)
    return instance, [outer.key for outer in scopes_around(scope)]


def _begin_scope(
    engine: Engine, scope: ElementInstance, scope_id: str, begun: Callable[[ElementInstance], None]
) -> ElementInstance:
    element: Element = scope.process.definition.element(scope_id)
    instance = create(engine, scope.process, element, scope, is_unparented=True)
    engine.transition(instance, State.ACTIVATING)
    begun(instance)
    activated(engine, instance)
    subscriptions.open_scope(engine, instance)
    return instance
