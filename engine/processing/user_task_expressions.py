"""Who shall do a user task, until when, and with which form: evaluated when the task is reached."""

from datetime import datetime

from engine.bpmn.model import Expression, UserTaskDefinition
from engine.bpmn.moments import parse_moment
from engine.processing.engine import Engine
from engine.processing.entities import UserTask
from engine.processing.errors import StepFailed, extract_value_error
from engine.processing.expressions import evaluate, evaluate_string, evaluate_string_list, evaluate_text, type_name
from engine.processing.instances import ElementInstance
from engine.processing.records import to_json


def evaluate_task(engine: Engine, instance: ElementInstance, definition: UserTaskDefinition) -> UserTask:
    """A user task whose key is still to be issued.

    Raises:
        StepFailed: an expression gives a value of the wrong type, or the form is not deployed.
    """
    return UserTask(
        key=-1,
        owner=instance.process.key,
        element_instance_key=instance.key,
        element_id=instance.element.id,
        assignee=_text(engine, instance, definition.assignee),
        candidate_groups=_texts(engine, instance, definition.candidate_groups),
        candidate_users=_texts(engine, instance, definition.candidate_users),
        due_date=_date(engine, instance, definition.due_date),
        follow_up_date=_date(engine, instance, definition.follow_up_date),
        form_key=_form(engine, instance, definition.form_id),
        external_form_reference=_text(engine, instance, definition.external_form_reference),
        headers=to_json(dict(definition.headers)),
    )


def user_task_headers(engine: Engine, instance: ElementInstance, definition: UserTaskDefinition | None) -> dict[str, str]:
    """What the headers of a job-based user task say of its assignment.

    Raises:
        StepFailed: an expression gives a value of the wrong type.
    """
    if definition is None:
        return {}
    assignee = _text(engine, instance, definition.assignee)
    groups = _texts(engine, instance, definition.candidate_groups)
    users = _texts(engine, instance, definition.candidate_users)
    headers = {
        "assignee": assignee,
        "candidateGroups": "" if definition.candidate_groups is None else to_json(groups),
        "candidateUsers": "" if definition.candidate_users is None else to_json(users),
        "dueDate": _date(engine, instance, definition.due_date),
        "followUpDate": _date(engine, instance, definition.follow_up_date),
        "formKey": _text(engine, instance, definition.form_key) or _form_key(engine, instance, definition),
    }
    return {f"io.camunda.zeebe:{name}": text for name, text in headers.items() if text}


def _form_key(engine: Engine, instance: ElementInstance, definition: UserTaskDefinition) -> str:
    key = _form(engine, instance, definition.form_id)
    return "" if key < 0 else str(key)


def _text(engine: Engine, instance: ElementInstance, expression: Expression | None) -> str:
    return "" if expression is None else evaluate_text(engine, instance, expression)


def _texts(engine: Engine, instance: ElementInstance, expression: Expression | None) -> list[str]:
    return [] if expression is None else evaluate_string_list(engine, instance, expression)


def _date(engine: Engine, instance: ElementInstance, expression: Expression | None) -> str:
    if expression is None:
        return ""
    value = evaluate(engine, instance, expression)
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        value = _written_date(value, expression)
    if not isinstance(value, datetime):
        raise extract_value_error(
            f"Expected result of the expression '{expression.quoted}' to be one of '[NULL, DATE_TIME, STRING]', "
            f"but was '{type_name(value)}'."
        )
    return format_date(value)


def _written_date(text: str, expression: Expression) -> datetime:
    try:
        moment = parse_moment(text).local
    except ValueError:
        moment = None
    if moment is None:
        raise extract_value_error(f"Invalid date-time format '{text}' for expression '{expression.quoted}'.")
    return moment


def format_date(value: datetime) -> str:
    """A moment as the records spell it: without seconds that are zero, with the name of its zone."""
    seconds = "" if not value.second and not value.microsecond else f":{value.second:02d}"
    fraction = f".{value.microsecond:06d}".rstrip("0") if value.microsecond else ""
    if len(fraction) not in {0, 4, 7}:
        fraction = fraction.ljust(4 if len(fraction) < 4 else 7, "0")
    zone_name = getattr(value.tzinfo, "key", None)
    offset = value.strftime("%z")
    zone = "" if value.tzinfo is None else "Z" if offset in {"", "+0000"} else f"{offset[:3]}:{offset[3:5]}"
    return f"{value:%Y-%m-%dT%H:%M}{seconds}{fraction}{zone}" + (f"[{zone_name}]" if zone_name else "")


def _form(engine: Engine, instance: ElementInstance, expression: Expression | None) -> int:
    if expression is None:
        return -1
    form_id = evaluate_string(engine, instance, expression)
    form = engine.catalog.forms.latest(instance.process.definition.tenant_id, form_id)
    if form is None:
        raise StepFailed(
            "FORM_NOT_FOUND",
            f"Expected to find a form with id '{form_id}', but no form with this id is found, at least a form with this id "
            "should be available. To resolve the Incident please deploy a form with the same id",
        )
    return form.key
