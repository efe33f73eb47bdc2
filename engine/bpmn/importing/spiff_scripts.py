"""Python in SpiffArena's models, as far as it only sets variables or names a time."""

import re

from lxml import etree

from engine.bpmn.importing.editing import Model, job_type_of, remove, text_of
from engine.bpmn.importing.notes import Outcome
from engine.bpmn.importing.translate import NotTranslatable, python, to_feel
from engine.bpmn.xml_tree import BPMN

_ASSIGNMENT = re.compile(r"([^\W\d]\w*)\s*=(?!=)\s*(.+)", re.DOTALL)
# The result of a script that sets several variables, before each becomes one.
_RESULT = "assigned"
_TIMEDELTA = re.compile(r"(?:datetime\.)?timedelta\(([^()]*)\)")
_UNITS = {"weeks": "W", "days": "D", "hours": "H", "minutes": "M", "seconds": "S"}


def convert_timer(model: Model, element: etree._Element) -> None:
    """Spiff's timers are Python: a quoted ISO text, a timedelta, or an expression."""
    text = text_of(element).strip()
    quoted = re.fullmatch(r"'([^']*)'|\"([^\"]*)\"", text)
    plain = quoted[1] or quoted[2] or "" if quoted is not None else _duration(text)
    if plain is not None:
        element.text = plain
        model.converted(element, f"timer {text} to '{plain}'")
        return
    value = model.expression(element, text, "timer", python)
    if value is not None:
        element.text = value
        model.converted(element, f"timer '{text}' to '{value}'")


def _duration(text: str) -> str | None:
    """`timedelta(hours=2, minutes=30)` as PT2H30M; None where its parts are computed."""
    delta = _TIMEDELTA.fullmatch(text)
    if delta is None:
        return None
    parts = [re.fullmatch(r"\s*(\w+)\s*=\s*(\d+)\s*", part) for part in delta[1].split(",")]
    known = {part[1]: int(part[2]) for part in parts if part is not None and part[1] in _UNITS}
    if len(known) != len(parts):
        return None
    days = known.pop("weeks", 0) * 7 + known.pop("days", 0)
    time = "".join(f"{known[unit]}{letter}" for unit, letter in _UNITS.items() if unit in known)
    return f"P{f'{days}D' if days else ''}{f'T{time}' if time else ''}" if days or time else "PT0S"


def convert_script(model: Model, element: etree._Element) -> None:
    """Plain assignments become a FEEL script; more becomes a job with the script as header."""
    script = element.find(f"{{{BPMN}}}script")
    text = text_of(script).strip()
    if script is not None:
        remove(script)
    element.attrib.pop("scriptFormat", None)
    try:
        assigned = _assignments(text)
    except NotTranslatable as error:
        job_type = job_type_of(element, "script")
        model.extend(element, "taskDefinition", type=job_type)
        model.header(element, "script", text)
        why = f"kept as the header 'script' of a job '{job_type}', because {error}: write it as FEEL or as a job worker"
        model.person(element, "a Python script", why, text)
        return
    if len(assigned) == 1:
        variable, expression = next(iter(assigned.items()))
        model.extend(element, "script", expression=f"= {expression}", resultVariable=variable)
    else:
        entries = ", ".join(f"{variable}: {expression}" for variable, expression in assigned.items())
        model.extend(element, "script", expression=f"= {{{entries}}}", resultVariable=_RESULT)
        for variable in assigned:
            model.map(element, "output", f"= {_RESULT}.{variable}", variable)
    model.note(element, Outcome.CONVERTED, "its script is FEEL now", source=text)


def _assignments(text: str) -> dict[str, str]:
    """The variables that a script of nothing but assignments sets, each once, and their FEEL expressions."""
    assigned: dict[str, str] = {}
    for statement in _statements(text):
        assignment = _ASSIGNMENT.fullmatch(statement)
        if assignment is None:
            raise NotTranslatable("it is more than an assignment")
        if assignment[1] in assigned:
            raise NotTranslatable(f"it sets '{assignment[1]}' twice")
        assigned[assignment[1]] = to_feel(assignment[2], python=True)
    if not assigned:
        raise NotTranslatable("it is empty")
    return assigned


def _statements(text: str) -> list[str]:
    """The lines of a script; one goes on while a bracket is open. Remarks are left out."""
    statements: list[str] = []
    open_line = ""
    for line in text.splitlines():
        if line[:1].isspace() and not open_line and line.strip():
            raise NotTranslatable("it has blocks")
        plain = line.strip()
        if plain.startswith("#") or not plain:
            continue
        open_line = f"{open_line} {plain}".strip()
        if sum(open_line.count(sign) for sign in "([{") <= sum(open_line.count(sign) for sign in ")]}"):
            statements.append(open_line)
            open_line = ""
    return [*statements, *([open_line] if open_line else [])]
