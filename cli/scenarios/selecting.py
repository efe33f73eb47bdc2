"""Which thing a selector means, among those seen in the test case.

Of several the newest process instance and the oldest open job, task or incident is meant. A failure says what there was
instead.
"""

from collections.abc import Iterable, Iterator

from cli.scenarios.instructions import (
    ElementSelector,
    IncidentSelector,
    JobSelector,
    MessageSelector,
    ProcessInstanceSelector,
    UserTaskSelector,
)
from cli.scenarios.models import Models
from cli.scenarios.observed import Observed, SeenElement, SeenThing


class StepFailed(Exception):
    """An instruction could not be done, or an assertion does not hold; says what was found instead."""


def process_instance(seen: Observed, selector: ProcessInstanceSelector) -> SeenElement:
    instances = seen.process_instances(selector.process_definition_id)
    if not instances:
        others = sorted({one.bpmn_process_id for one in seen.elements.values() if one.is_process})
        raise StepFailed(f"no instance of the process {selector.process_definition_id!r}; there are: {_listed(others)}")
    return instances[-1]


def elements(seen: Observed, models: Models, instance: SeenElement, selector: ElementSelector) -> list[SeenElement]:
    """The element instances of a process instance that are meant; the element must exist in the process."""
    definition = models.processes.get(instance.bpmn_process_id)
    if definition is not None:
        known = definition.elements.values()
        if not any(_is_element(selector, one.id, one.name) for one in known):
            raise StepFailed(f"the process {instance.bpmn_process_id!r} has no element {described(selector)}")
    return [
        one
        for one in seen.inside(instance.key)
        if _is_element(selector, one.element_id, _name(models, one.bpmn_process_id, one.element_id))
    ]


def scope(seen: Observed, models: Models, instance: SeenElement, selector: ElementSelector | None) -> SeenElement:
    """Whose variables are meant: the instance's own, or those of its newest instance of an element."""
    if selector is None:
        return instance
    found = elements(seen, models, instance, selector)
    if not found:
        raise StepFailed(f"the element {described(selector)} was never entered")
    return found[-1]


def job(seen: Observed, selector: JobSelector) -> SeenThing:
    waiting = [one for one in seen.jobs.values() if one.is_open]
    for one in waiting:
        value = one.value
        if _fits(
            (selector.job_type, value["type"]),
            (selector.element_id, value["elementId"]),
            (selector.process_definition_id, value["bpmnProcessId"]),
        ):
            return one
    others = [f"{one.value['type']} at {one.value['elementId']}" for one in waiting]
    raise StepFailed(f"no job {described(selector)} waits; waiting: {_listed(others)}")


def open_jobs(seen: Observed, job_type: str) -> Iterator[SeenThing]:
    """The jobs of a type that a worker could take now."""
    failed = {one.value["jobKey"] for one in seen.incidents.values() if one.is_open}
    for one in list(seen.jobs.values()):
        if one.is_open and one.value["type"] == job_type and one.key not in failed:
            yield one


def user_tasks(seen: Observed, models: Models, selector: UserTaskSelector) -> list[SeenThing]:
    return [
        one
        for one in seen.user_tasks.values()
        if _fits(
            (selector.element_id, one.value["elementId"]),
            (selector.task_name, task_name(models, one)),
            (selector.process_definition_id, one.value["bpmnProcessId"]),
        )
    ]


def open_user_task(seen: Observed, models: Models, selector: UserTaskSelector) -> SeenThing:
    for one in user_tasks(seen, models, selector):
        if one.is_open:
            return one
    others = [one.value["elementId"] for one in seen.user_tasks.values() if one.is_open]
    raise StepFailed(f"no user task {described(selector)} is open; open: {_listed(others)}")


def incident(seen: Observed, selector: IncidentSelector) -> SeenThing:
    standing = [one for one in seen.incidents.values() if one.is_open]
    for one in standing:
        if _fits((selector.element_id, one.value["elementId"]), (selector.process_definition_id, one.value["bpmnProcessId"])):
            return one
    raise StepFailed(f"no incident {described(selector)}; there are: {incidents_listed(standing)}")


def subscriptions(seen: Observed, instance: SeenElement, selector: MessageSelector) -> list[SeenThing]:
    return [
        one
        for one in seen.subscriptions.values()
        if one.value["processInstanceKey"] == instance.key
        and one.value["messageName"] == selector.message_name
        and _fits((selector.correlation_key, one.value["correlationKey"]))
    ]


def task_name(models: Models, task: SeenThing) -> str:
    return _name(models, task.value["bpmnProcessId"], task.value["elementId"])


def incidents_listed(incidents: Iterable[SeenThing]) -> str:
    return _listed(f"{one.value['errorType']} at {one.value['elementId']}: {one.value['errorMessage']}" for one in incidents)


def described(selector: object) -> str:
    """The given properties of a selector, as text."""
    given = getattr(selector, "__dict__", {})
    return " ".join(repr(value) for value in given.values() if value is not None)


def _is_element(selector: ElementSelector, element_id: str, name: str) -> bool:
    return _fits((selector.element_id, element_id), (selector.element_name, name))


def _name(models: Models, bpmn_process_id: str, element_id: str) -> str:
    element = models.element(bpmn_process_id, element_id)
    return "" if element is None else element.name


def _fits(*wanted: tuple[str | None, str]) -> bool:
    return all(asked is None or asked == found for asked, found in wanted)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"
