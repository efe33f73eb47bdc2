"""The ASSERT_… instructions: each holds, or `StepFailed` says what was found instead."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from cli.scenarios import instructions as asked
from cli.scenarios.instructions import ElementsState, InstanceState
from cli.scenarios.models import Models
from cli.scenarios.observed import Observed, SeenElement
from cli.scenarios.selecting import (
    StepFailed,
    described,
    elements,
    incidents_listed,
    process_instance,
    scope,
    subscriptions,
    task_name,
    user_tasks,
)
from engine import feel

_STATES = {"IS_ACTIVE": "ACTIVATED", "IS_CREATED": "ACTIVATED", "IS_COMPLETED": "COMPLETED", "IS_TERMINATED": "TERMINATED"}


def check(assertion: asked.Assertion, seen: Observed, models: Models) -> None:
    """Raises `StepFailed` where the assertion does not hold."""
    _CHECKS[type(assertion)](assertion, seen, models)


def _process_instance(assertion: asked.AssertProcessInstance, seen: Observed, _models: Models) -> None:
    instance = process_instance(seen, assertion.process_instance_selector)
    incidents = [one for one in seen.incidents.values() if one.is_open and one.value["processInstanceKey"] == instance.key]
    # An instance was created whatever became of it.
    if assertion.state not in {None, InstanceState.IS_CREATED} and instance.state != _STATES[str(assertion.state)]:
        where = [one.element_id for one in seen.inside(instance.key) if one.state == "ACTIVATED"]
        stuck = f"; incidents: {incidents_listed(incidents)}" if incidents else ""
        raise StepFailed(
            f"the process instance is {instance.state or 'starting'}, not {assertion.state}; "
            f"active elements: {', '.join(where) or 'none'}{stuck}"
        )
    if assertion.has_active_incidents not in {None, bool(incidents)}:
        raise StepFailed(f"hasActiveIncidents is not {assertion.has_active_incidents}: {incidents_listed(incidents)}")


def _element_instance(assertion: asked.AssertElementInstance, seen: Observed, models: Models) -> None:
    instance = process_instance(seen, assertion.process_instance_selector)
    found = elements(seen, models, instance, assertion.element_selector)
    count = _count(found, assertion.state)
    # Without an amount one is enough; with one it is meant exactly.
    exact = "amount" in assertion.model_fields_set
    if count != assertion.amount if exact else count == 0:
        raise StepFailed(
            f"{described(assertion.element_selector)} {assertion.state} {count} times, not {assertion.amount}; "
            f"its instances are {_states(found)}"
        )


def _element_instances(assertion: asked.AssertElementInstances, seen: Observed, models: Models) -> None:
    instance = process_instance(seen, assertion.process_instance_selector)
    groups = [(one, elements(seen, models, instance, one)) for one in assertion.element_selectors]
    if assertion.state is ElementsState.IS_COMPLETED_IN_ORDER:
        _in_order([found for _one, found in groups], seen, instance)
        return
    for selector, found in groups:
        if not _holds(assertion.state, found):
            raise StepFailed(f"{described(selector)} not {assertion.state}; its instances are {_states(found)}")
    if assertion.state is ElementsState.IS_ACTIVE_EXACTLY:
        named = {one.key for _selector, found in groups for one in found}
        others = [one.element_id for one in seen.inside(instance.key) if one.state == "ACTIVATED" and one.key not in named]
        if others:
            raise StepFailed(f"other elements are active, too: {', '.join(others)}")


def _holds(state: ElementsState, found: list[SeenElement]) -> bool:
    match state:
        case ElementsState.IS_NOT_ACTIVATED:
            return not any(one.state for one in found)
        case ElementsState.IS_NOT_ACTIVE:
            return _count(found, "IS_ACTIVE") == 0
        case ElementsState.IS_ACTIVE_EXACTLY:
            return _count(found, "IS_ACTIVE") > 0
        case _:
            return _count(found, state) > 0


def _in_order(groups: list[list[SeenElement]], seen: Observed, instance: SeenElement) -> None:
    """Each was completed after the one before it; others may have been in between."""
    after = -1
    for found in groups:
        later = sorted(one.completed_at for one in found if one.completed_at > after)
        if not later:
            done = sorted((one for one in seen.inside(instance.key) if one.completed_at >= 0), key=lambda one: one.completed_at)
            raise StepFailed(f"not completed in this order; the order was {', '.join(one.element_id for one in done)}")
        after = later[0]


def _count(found: list[SeenElement], state: str) -> int:
    return sum(one.state == _STATES[state] for one in found)


def _states(found: list[SeenElement]) -> str:
    return ", ".join(one.state or "ACTIVATING" for one in found) or "none"


def _message_subscription(assertion: asked.AssertMessageSubscription, seen: Observed, _models: Models) -> None:
    instance = process_instance(seen, assertion.process_instance_selector)
    found = subscriptions(seen, instance, assertion.message_selector)
    # What is over was either correlated or deleted with its element.
    holds = {
        "IS_WAITING": any(one.is_open for one in found),
        "IS_NOT_WAITING": not any(one.is_open for one in found),
        "IS_CORRELATED": any(one.value["messageKey"] > 0 for one in found),
    }
    if not holds[assertion.state]:
        states = ", ".join(one.intent for one in found) or "none"
        raise StepFailed(f"the message {described(assertion.message_selector)} not {assertion.state}; subscriptions: {states}")


def _user_task(assertion: asked.AssertUserTask, seen: Observed, models: Models) -> None:
    found = user_tasks(seen, models, assertion.user_task_selector)
    if not found:
        raise StepFailed(f"no user task {described(assertion.user_task_selector)} was created")
    task = found[-1]
    state = f"IS_{task.intent}" if task.intent in {"COMPLETED", "CANCELED"} else "IS_CREATED"
    value = task.value
    actual: dict[str, Any] = {
        "state": state,
        "assignee": value["assignee"],
        "candidate_groups": sorted(value["candidateGroupsList"]),
        "element_id": value["elementId"],
        "name": task_name(models, task),
        "due_date": _moment(value["dueDate"]),
        "follow_up_date": _moment(value["followUpDate"]),
    }
    for name, is_now in actual.items():
        wanted = getattr(assertion, name)
        if name == "candidate_groups" and wanted is not None:
            wanted = sorted(wanted)
        if name.endswith("_date"):
            wanted = _moment(wanted)
        if wanted is not None and wanted != is_now:
            raise StepFailed(f"{name} of the user task {value['elementId']!r} is {is_now!s}, not {wanted!s}")


def _moment(text: str | None) -> datetime | str | None:
    """Equal moments are equal however they are written."""
    if not text:
        return text
    try:
        return datetime.fromisoformat(text.partition("[")[0])
    except ValueError:
        return text


def _variable(assertion: asked.AssertVariable, seen: Observed, models: Models) -> None:
    variables = _variables_of(assertion, seen, models)
    name = assertion.variable_name
    if name not in variables:
        raise StepFailed(f"there is no variable {name!r}; there are: {', '.join(sorted(variables)) or 'none'}")
    if (text := assertion.satisfies_expression) is None:
        return
    try:
        evaluation = feel.evaluate(text.removeprefix("="), {name: feel.from_json(variables[name])})
    except feel.FeelError as error:
        raise StepFailed(f"satisfiesExpression: {error}") from error
    if evaluation.value is not True:
        raise StepFailed(f"{text} is {evaluation.value}, not true; {name} is {_text(variables[name])}")


def _variables(assertion: asked.AssertVariables, seen: Observed, models: Models) -> None:
    variables = _variables_of(assertion, seen, models)
    missing = [name for name in (*assertion.variable_names, *assertion.variables) if name not in variables]
    if missing:
        there = ", ".join(sorted(variables)) or "none"
        raise StepFailed(f"there is no variable {', '.join(map(repr, missing))}; there are: {there}")
    for name, wanted in assertion.variables.items():
        if not same(variables[name], wanted):
            raise StepFailed(f"the variable {name!r} is {_text(variables[name])}, not {_text(wanted)}")


def _variables_of(assertion: asked.AssertVariable | asked.AssertVariables, seen: Observed, models: Models) -> Mapping[str, Any]:
    instance = process_instance(seen, assertion.process_instance_selector)
    return seen.variables_of(scope(seen, models, instance, assertion.element_selector).key)


def _decision(assertion: asked.AssertDecision, seen: Observed, _models: Models) -> None:
    selector = assertion.decision_selector
    found = [
        one
        for one in seen.decisions
        if selector.decision_definition_id in {None, one.decision_id} and selector.decision_definition_name in {None, one.name}
    ]
    if not found:
        raise StepFailed(f"the decision {described(selector)} was not evaluated")
    newest = found[-1]
    if assertion.asks_for_output and not same(newest.output, assertion.output):
        raise StepFailed(f"the decision {described(selector)} answered {_text(newest.output)}, not {_text(assertion.output)}")
    matched = {index for index, _rule_id in newest.matched_rules}
    rules = ", ".join(f"{index} ({rule_id})" for index, rule_id in newest.matched_rules) or "none"
    if set(assertion.matched_rules or ()) - matched or set(assertion.not_matched_rules or ()) & matched:
        raise StepFailed(f"the decision {described(selector)} matched rules {rules}")
    if assertion.no_matched_rules and matched:
        raise StepFailed(f"the decision {described(selector)} matched rules {rules}, not none")


def same(one: Any, other: Any) -> bool:  # noqa: ANN401 - values of JSON
    """Whether two values of JSON are equal; true is not 1, but 1.0 is."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(value, other[name]) for name, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


_CHECKS: dict[type, Callable[[Any, Observed, Models], None]] = {
    asked.AssertProcessInstance: _process_instance,
    asked.AssertElementInstance: _element_instance,
    asked.AssertElementInstances: _element_instances,
    asked.AssertMessageSubscription: _message_subscription,
    asked.AssertUserTask: _user_task,
    asked.AssertVariable: _variable,
    asked.AssertVariables: _variables,
    asked.AssertDecision: _decision,
}
