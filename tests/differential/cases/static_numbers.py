"""Static text that reads as a number: Zeebe takes it for one, where a text is asked for as well."""

from collections.abc import Callable
from functools import partial

from tests.bpmn_builder import ProcessBuilder, process
from tests.differential.hard_cases import CASES, create, publish, step
from tests.differential.scenario import Step

type Made = tuple[list[ProcessBuilder], list[Step]]

# Where a static text can stand: the element that evaluates it.
PLACES: dict[str, Callable[[ProcessBuilder, str], object]] = {
    "type": lambda main, text: main.service_task("e", type=text),
    "message_name": lambda main, text: main.catch("e", message=text, correlation_key="= 1"),
    "message_boundary": lambda main, text: main.service_task("e").boundary("m", "e", message=text, correlation_key="= 1"),
    "signal_name": lambda main, text: main.catch("e", signal=text),
    "thrown_signal": lambda main, text: main.throw("e", signal=text),
    "called_process": lambda main, text: main.call_activity("e", text),
    "decision": lambda main, text: main.decision_task("e", text, result="r"),
    "error_code": lambda main, text: main.subprocess("e").start("s1").end("e1", error=text).done(),
    "caught_error": lambda main, text: (
        main.subprocess("e").start("s1").end("e1", error=text).done().boundary("b", "e", error=text)
    ),
    "escalation_code": lambda main, text: main.throw("e", escalation=text),
    "assignee": lambda main, text: main.user_task("e", assignee=text),
    "candidates": lambda main, text: main.user_task("e", groups=text, users=text),
    "job_assignee": lambda main, text: main.user_task("e", native=False, assignee=text, groups=text, users=text),
    "external_form": lambda main, text: main.user_task("e", external_form=text),
    "form_id": lambda main, text: main.user_task("e", form_id=text),
    "input": lambda main, text: main.service_task("e", inputs={"given": text}),
    "header": lambda main, text: main.service_task("e", headers={"given": text}),
    "listener": lambda main, text: main.service_task("e").listens("start", text),
}


def _place(place: str, text: str, name: str) -> Made:
    main = process(name).start()
    PLACES[place](main, text)
    main.at("e").end("end")
    return [main], [
        create(name),
        publish(text, "1"),
        step("broadcast", name=text),
        step("activate", type=text),
        step("complete", "e", variables={"v": 1}),
        step("resolve", "e"),
    ]


for _name in PLACES:
    CASES[f"whole_number_as_{_name}"] = partial(_place, _name, "123")
for _number, _text in enumerate(("-1.50", "1e2", "+.5", "5.", "1,2", "1_0", "0x1", " 1", "NaN", "1e2.5")):
    CASES[f"type_that_looks_like_a_number_{_number}"] = partial(_place, "type", _text)


def _retries(text: str, name: str) -> Made:
    main = process(name).start().service_task("e", type=f"{name}_e", retries=text).end()
    return [main], [create(name, n=9_999_999_999), step("complete", "e"), step("resolve", "e")]


_RETRIES = ("x", "2.7", "-2.7", "1e2", "+5", ".5", "5.", "1_0", " 3", "0x1", "true", "\u0663", "9999999999", "1E-3", "NaN")
for _number, _text in enumerate(
    (
        *_RETRIES,
        "= n",
        "= n * n * n",
        "= -n",
        "= 2147483648",
        "= 1.5",
        "= -2.7",
        "= -n * n * n",
        "1e30",
        "-1e19",
        "18446744073709551615",
        "1e400",
        "18446744073709551615.9",
    )
):
    CASES[f"retries_written_as_{_number}"] = partial(_retries, _text)
