"""Whether the scopes around an element could be entered, found out before anything is done.

A scope that is begun out of turn subscribes to its boundary events and event subprocesses at once. Where one of their
expressions fails, the whole command is refused; so they are evaluated first, on doubles of the scopes that are there and of
those to come.
"""

from collections.abc import Callable, Mapping
from typing import Any

from engine.processing import placement, subscriptions
from engine.processing.commands import CommandRejected, RejectionType
from engine.processing.engine import Engine
from engine.processing.errors import StepFailed
from engine.processing.instances import ElementInstance
from engine.processing.records import to_json
from engine.processing.variables import Variable

type Given = Callable[[ElementInstance], Mapping[str, Any]]


def _nothing(_scope: ElementInstance) -> Mapping[str, Any]:
    return {}


class Rehearsal:
    """Enters scopes on trial; what one instruction would change, the next one sees."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._doubles: dict[int, ElementInstance] = {}
        self._begun: dict[tuple[int, str], ElementInstance] = {}

    def enter(self, start: ElementInstance, element_id: str, given: Given = _nothing, *, is_chosen: bool = False) -> None:
        """Walk to an element's scope from one that is there; `given` tells the variables a scope is to have.

        From one that was chosen by hand all others are begun anew.

        Raises:
            CommandRejected: a scope could not be entered.
        """
        there: ElementInstance | None = None if is_chosen else start
        scope = self._double(start)
        for outer in placement.scopes_around(scope):
            self._give(outer, given)
        for scope_id in placement.scope_ids_below(start, element_id):
            there = None if there is None else placement.find_scope(there, scope_id)
            if there is not None:
                scope = self._double(there)
                self._give(scope, given)
            else:
                scope = self._begin(scope, scope_id, given)

    def check(self, scope: ElementInstance) -> None:
        """Evaluate what a scope will subscribe to.

        Raises:
            CommandRejected: it fails.
        """
        try:
            subscriptions.check_scope(self._engine, scope)
        except StepFailed as failure:
            reason = f"Expected to subscribe to catch event(s) of '{scope.element.id}' but {failure.message}"
            raise CommandRejected(RejectionType.INVALID_ARGUMENT, reason) from failure

    def _double(self, instance: ElementInstance) -> ElementInstance:
        double = self._doubles.get(instance.key)
        if double is None:
            scope = None if instance.scope is None else self._double(instance.scope)
            double = ElementInstance(instance.process, instance.key, instance.element, scope, is_body=instance.is_body)
            double.variables = dict(instance.variables)
            self._doubles[instance.key] = double
        return double

    def _begin(self, scope: ElementInstance, scope_id: str, given: Given) -> ElementInstance:
        begun = self._begun.get((id(scope), scope_id))
        if begun is not None:
            self._give(begun, given)
            return begun
        element = scope.process.definition.element(scope_id)
        begun = ElementInstance(scope.process, -1, element, scope, is_body=element.loop is not None)
        self._begun[id(scope), scope_id] = begun
        self._give(begun, given)
        self.check(begun)
        return begun

    @staticmethod
    def _give(scope: ElementInstance, given: Given) -> None:
        for name, value in given(scope).items():
            scope.variables[name] = Variable(-1, to_json(value), value)
