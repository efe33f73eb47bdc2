"""Modifying a running instance: from what an operator wants of its tokens to what the engine is told.

A token that moves ends where it is and begins elsewhere in one command. Where it lies in a subprocess that runs several times,
it stays in its own one: the nearest scope that both places share is named to the engine.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from history.queries import ElementInstance, Instance, ProcessElement, Queries
from zeebe.answers import ActivateInstruction
from zeebe.client import ZeebeClient

# No token begins here by command; the engine refuses it, so nobody is offered it.
NO_TARGETS = frozenset({"PROCESS", "START_EVENT", "BOUNDARY_EVENT", "SEQUENCE_FLOW", "EVENT_SUB_PROCESS"})


class NothingToModify(ValueError):
    """No token is moved, ended or begun."""


class NotThere(LookupError):
    """The instance has no such active element instance, or its process no such element."""


@dataclass(frozen=True, slots=True)
class Modifiable:
    """A running instance: where its tokens are, and where they could be."""

    instance: Instance
    visits: Sequence[ElementInstance]
    targets: Sequence[ProcessElement]
    scopes: Mapping[str, str]

    def modification(
        self, moved: Mapping[int, str], ended: Iterable[int], begun: Iterable[str], variables: Mapping[str, Any]
    ) -> "Modification":
        """`moved` says by element instance where its token goes; `variables` become the instance's own.

        Raises:
            NothingToModify: nothing is wanted.
            NotThere: an element or element instance is unknown.
        """
        here, there = {each.key: each for each in self.visits}, {each.element_id for each in self.targets}
        ending, beginning = [*moved, *ended], [*moved.values(), *begun]
        if not ending and not beginning:
            raise NothingToModify("choose what moves, ends or begins")
        if unknown := [str(key) for key in ending if key not in here] + [name for name in beginning if name not in there]:
            raise NotThere(f"process instance {self.instance.key} has no {', '.join(unknown)} to modify")
        places = [(name, self._shared_scope(here[key], name)) for key, name in moved.items()] + [(name, 0) for name in begun]
        # Set once: they are the instance's, whichever token begins first.
        given = [{"": dict(variables)} if variables else {}] + [{}] * len(places)
        return Modification(
            self.instance.key,
            tuple(ActivateInstruction(name, scope, each) for (name, scope), each in zip(places, given, strict=False)),
            tuple(dict.fromkeys(ending)),
        )

    def _shared_scope(self, visit: ElementInstance, target: str) -> int:
        """The key of the nearest scope around both; 0 where it is the instance itself."""
        by_key, around = {each.key: each for each in self.visits}, set(self._around(target))
        scope = by_key.get(visit.flow_scope_key)
        while scope is not None and scope.element_id not in around:
            scope = by_key.get(scope.flow_scope_key)
        return scope.key if scope is not None else 0

    def _around(self, element_id: str) -> Iterable[str]:
        scope = self.scopes.get(element_id)
        while scope:
            yield scope
            scope = self.scopes.get(scope)


@dataclass(frozen=True, slots=True)
class Modification:
    """What the engine is told, in one command: all of it happens, or nothing."""

    process_instance_key: int
    begins: tuple[ActivateInstruction, ...]
    ends: tuple[int, ...]

    async def carry_out(self, zeebe: ZeebeClient) -> None:
        """Raises `ZeebeError`."""
        await zeebe.modify_process_instance(
            self.process_instance_key, activate=self.begins, terminate_element_instance_keys=self.ends
        )


def modifiable(queries: Queries, key: int) -> Modifiable:
    """Raises `NotInHistory`; an instance that has ended has no visits."""
    instance = queries.instance(key)
    elements = queries.process_elements(instance.process_definition_key)
    visits = [each for each in queries.element_instances(key) if each.state == "ACTIVE" and each.element_type != "PROCESS"]
    kinds = {each.element_id: each.element_type for each in elements}
    awaited = {each.target_id for each in elements if kinds.get(each.source_id) == "EVENT_BASED_GATEWAY"}
    targets = [each for each in elements if each.element_type not in NO_TARGETS and each.element_id not in awaited]
    scopes = {each.element_id: each.scope_id for each in elements}
    return Modifiable(instance, visits, sorted(targets, key=lambda each: (each.name or each.element_id).casefold()), scopes)
