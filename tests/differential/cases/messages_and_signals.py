"""Messages by their keys, ids and lifetimes, and signals: with everyone who may wait for them, at once and later."""

from functools import partial

from tests.bpmn_builder import ProcessBuilder, process
from tests.differential.hard_cases import CASES, case, create, publish, step, wait
from tests.differential.scenario import Step

type Made = tuple[list[ProcessBuilder], list[Step]]


def identified(name: str, key: str, message_id: str, ttl: int) -> Step:
    return step("publish", name=name, key=key, id=message_id, ttl=ttl, variables={"n": 1})


LIFETIMES = {"none": 0, "negative": -5_000, "long": 600_000}


def _lifetime(lifetime: str, name: str) -> Made:
    """Published before, at and after the moment somebody waits; with and without an id and a key."""
    main = process(name).start().catch("nap", duration="PT5S").receive_task("wait", f"{name}_m").end()
    other = process(f"{name}start").start("s", message=f"{name}_m").service_task("work", type=f"{name}_work").end("e")
    ttl = LIFETIMES[lifetime]
    return [main, other], [
        identified(f"{name}_m", "k", "first", ttl),
        identified(f"{name}_m", "k", "first", ttl),
        identified(f"{name}_m", "j", "first", ttl),
        identified(f"{name}_m", "", "first", ttl),
        create(name, key="k"),
        wait(5_000),
        identified(f"{name}_m", "k", "first", ttl),
        create(name, key="k"),
        wait(5_000),
        identified(f"{name}_m", "k", "", ttl),
        publish("", "k", ttl=ttl),
        publish(f"{name}_m", "k" * 300, ttl=ttl),
        step("complete", "work", 0),
        step("complete", "work", 1),
        step("complete", "work", 2),
    ]


for _lifetime_name in LIFETIMES:
    CASES[f"message_lifetime_{_lifetime_name}"] = partial(_lifetime, _lifetime_name)


@case
def message_keys_of_every_kind(name: str) -> Made:
    main = process(name).start().receive_task("wait", f"{name}_m").end()
    keys = ("", " ", 5, 5.0, 0.5, -1, "5", "ü ✓", 1e20, 123456789012345678, "a\nb")
    texts = ("", " ", "5", "5.0", "0.5", "-1", "ü ✓", "1E+20", "100000000000000000000", "123456789012345678", "a\nb")
    return [main], [
        *(create(name, key=key) for key in keys),
        *(publish(f"{name}_m", text, n=number) for number, text in enumerate(texts)),
        *(step("resolve", "wait", nth) for nth in range(3)),
    ]


@case
def message_for_everything_that_waits(name: str) -> Made:
    main = process(name).start().subprocess("sub").start("s1").parallel("fork").receive_task("r", f"{name}_m").end("e1")
    main.at("fork").service_task("host", type=f"{name}_host").boundary(
        "b", "host", interrupting=False, message=f"{name}_m", correlation_key="= key"
    ).end("e2").at("host").end("e3")
    main.at("fork").event_gateway("g").catch("gm", message=f"{name}_m", correlation_key="= key").end("e4")
    main.at("g").catch("gt", duration="PT1H").end("e5")
    main.event_subprocess("esp").start("es", message=f"{name}_m", correlation_key="= key").end("e6").done().done().end()
    main.event_subprocess("top").start("ts", interrupting=False, message=f"{name}_m", correlation_key="= key").end("e7").done()
    start = process(f"{name}start").start("s", message=f"{name}_m").end("e")
    return [main, start], [
        create(name, key="k"),
        publish(f"{name}_m", "k", ttl=60_000, n=1),
        publish(f"{name}_m", "k", ttl=60_000, n=2),
        publish(f"{name}_m", "k", n=3),
        create(name, key="k"),
        step("complete", "host", 1),
        step("cancel", name, 1),
    ]


@case
def signal_for_everything_that_waits(name: str) -> Made:
    go = f"{name}_go"
    main = process(name).start().subprocess("sub").start("s1").parallel("fork").catch("r", signal=go).end("e1")
    main.at("fork").service_task("host", type=f"{name}_host").boundary("b", "host", interrupting=False, signal=go).end("e2")
    main.at("host").end("e3").at("fork").event_gateway("g").catch("gm", signal=go).end("e4").at("g").catch(
        "gt", duration="PT1H"
    ).end("e5")
    main.done().boundary("outer", "sub", signal=go).end("e8").at("sub").end()
    main.event_subprocess("top").start("ts", interrupting=False, signal=go).maps(outputs={"told": "= n"}).end("e7").done()
    start = process(f"{name}start").start("s", signal=go).service_task("work", type=f"{name}_work").end("e")
    return [main, start], [
        step("broadcast", name=go, variables={"n": 0}),
        create(name, n=5),
        create(name, n=6),
        step("broadcast", name=go, variables={"n": 1}),
        step("broadcast", name=go, variables={"n": 2}),
        step("broadcast", name=""),
        step("broadcast", name=f"{go}_unknown", variables={"n": 3}),
    ]


@case
def signal_thrown_starts_and_wakes(name: str) -> Made:
    go = f"{name}_go"
    main = (
        process(name)
        .start()
        .parallel("fork")
        .catch("caught", signal=go)
        .end("e1")
        .at("fork")
        .service_task("w", type=f"{name}_w")
    )
    main.throw("thrown", signal=go).maps(inputs={"sent": "= n"}).end("also", signal=go)
    start = process(f"{name}start").start("s", signal=go).service_task("work", type=f"{name}_work").end("e")
    return [main, start], [create(name, n=1), step("complete", "w", variables={"n": 2}), step("complete", "work", 0)]


@case
def message_starts_while_an_instance_with_its_key_runs(name: str) -> Made:
    main = (
        process(name)
        .start("begin", message=f"{name}_m")
        .maps(outputs={"told": "= n"})
        .service_task("e", type=f"{name}_e")
        .end()
    )
    main.start("second", message=f"{name}_second").to("e")
    return [main], [
        publish(f"{name}_m", "k", ttl=60_000, n=1),
        publish(f"{name}_m", "k", ttl=60_000, n=2),
        publish(f"{name}_second", "k", ttl=60_000, n=3),
        publish(f"{name}_second", "j", n=4),
        step("fail", "e", 0, retries=0),
        publish(f"{name}_m", "k", n=5),
        step("cancel", name, 0),
        step("complete", "e", 2),
        step("complete", "e", 3),
        step("complete", "e", 1),
        create(name, n=9),
    ]
