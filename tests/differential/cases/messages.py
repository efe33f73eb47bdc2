"""Messages: buffered, with one key for many, on their way while nobody waits any more."""

from tests.bpmn_builder import Loop, ProcessBuilder, process
from tests.differential.hard_cases import case, create, publish, second_version, step, wait
from tests.differential.scenario import Step

type Made = tuple[list[ProcessBuilder], list[Step]]


@case
def message_starts_one_instance_per_key(name: str) -> Made:
    main = process(name).start(message=f"{name}_m").service_task("work", type=f"{name}_work").end()
    return [main], [
        publish(f"{name}_m", "k", ttl=60_000, n=1),
        publish(f"{name}_m", "k", ttl=60_000, n=2),
        publish(f"{name}_m", "k", ttl=5_000, n=3),
        publish(f"{name}_m", "", ttl=60_000, n=4),
        step("complete", "work", 0),
        wait(10_000),
        step("complete", "work", 2),
        step("complete", "work", 1),
    ]


@case
def message_starts_the_new_version_from_the_buffer(name: str) -> Made:
    main = process(name).start(message=f"{name}_m").service_task("work", type=f"{name}_work").end()
    newer = process(name).start(message=f"{name}_m").service_task("work", type=f"{name}_new").end()
    return [main], [
        publish(f"{name}_m", "k", ttl=60_000, n=1),
        publish(f"{name}_m", "k", ttl=60_000, n=2),
        second_version(newer, name=name),
        step("cancel", name, 0),
        step("complete", "work", 1),
    ]


@case
def message_for_a_boundary_that_is_gone_at_once(name: str) -> Made:
    main = process(name).start().service_task("work", type=f"{name}_work", loop=Loop("= items"))
    main.boundary("bnd", "work", message=f"{name}_m", correlation_key="= key").end("e1").at("work")
    main.service_task("after", type=f"{name}_after").end()
    return [main], [
        publish(f"{name}_m", "k", ttl=60_000, n=1),
        create(name, items=[], key="k"),
        create(name, items=[1], key="k"),
        step("complete", "work"),
        step("complete", "after"),
    ]


@case
def message_for_two_that_wait_with_one_key(name: str) -> Made:
    main = process(name).start().receive_task("first", f"{name}_m").receive_task("second", f"{name}_m").end()
    return [main], [
        create(name, key="k"),
        create(name, key="k"),
        publish(f"{name}_m", "k", ttl=60_000, n=1),
        publish(f"{name}_m", "k", ttl=60_000, n=2),
        publish(f"{name}_m", "k", ttl=0, n=3),
        publish(f"{name}_m", "k", ttl=60_000, n=4),
        create(name, key="k"),
    ]


@case
def message_non_interrupting_takes_all_that_is_buffered(name: str) -> Made:
    main = process(name).start().service_task("work", type=f"{name}_work")
    main.boundary("bnd", "work", interrupting=False, message=f"{name}_m", correlation_key="= key")
    main.service_task("note", type=f"{name}_note").end("e1").at("work").end()
    return [main], [
        publish(f"{name}_m", "k", ttl=60_000, n=1),
        publish(f"{name}_m", "k", ttl=60_000, n=2),
        publish(f"{name}_m", "other", ttl=60_000, n=3),
        create(name, key="k"),
        publish(f"{name}_m", "k", ttl=0, n=4),
        step("set_variables", name, 0, variables={"key": "other"}),
        step("complete", "note", 1),
        step("complete", "work"),
    ]


@case
def message_for_two_events_of_one_gateway(name: str) -> Made:
    main = process(name).start().event_gateway("wait").catch("one", message=f"{name}_a", correlation_key="= key").end("e1")
    main.at("wait").catch("two", message=f"{name}_b", correlation_key="= other").end("e2")
    main.at("wait").catch("late", duration="PT10S").end("e3")
    return [main], [
        publish(f"{name}_b", "o", ttl=60_000, n=1),
        publish(f"{name}_a", "k", ttl=60_000, n=2),
        create(name, key="k", other="o"),
        create(name, key="k", other="o"),
        create(name, key="k", other="o"),
        wait(10_000),
    ]


@case
def message_whose_time_is_over_in_the_same_moment(name: str) -> Made:
    main = process(name).start().catch("nap", duration="PT10S").receive_task("wait", f"{name}_m").end()
    return [main], [create(name, key="k"), publish(f"{name}_m", "k", ttl=10_000, n=1), wait(10_000), wait(60_000)]


@case
def message_event_subprocess_and_start_of_one_name(name: str) -> Made:
    main = process(name).start("begin", message=f"{name}_m").service_task("work", type=f"{name}_work").end()
    main.event_subprocess("esp").start("es", interrupting=False, message=f"{name}_again", correlation_key="= key")
    main.service_task("note", type=f"{name}_note").end("e1").done()
    return [main], [
        publish(f"{name}_again", "k", ttl=60_000, n=9),
        step("publish", name=f"{name}_m", key="k", ttl=0, variables={"key": "k", "n": 1}),
        publish(f"{name}_again", "k", n=10),
        step("complete", "work"),
        step("complete", "note", 1),
        step("complete", "note", 0),
    ]


@case
def message_on_its_way_to_one_that_closes_goes_to_another(name: str) -> Made:
    main = process(name).start().service_task("work", type=f"{name}_work", loop=Loop("= items"))
    main.boundary("bnd", "work", interrupting=False, message=f"{name}_m", correlation_key="= key").end("e1").at("work").end()
    main.event_subprocess("esp").start("es", interrupting=False, message=f"{name}_m", correlation_key="= other")
    main.end("e2").done()
    return [main], [
        create(name, items=[1], key="x", other="k"),
        publish(f"{name}_m", "k", ttl=60_000, n=1),
        create(name, items=[], key="k", other="y"),
        publish(f"{name}_m", "k", n=2),
        step("complete", "work"),
    ]


@case
def message_that_should_live_for_ever(name: str) -> Made:
    """The sum of now and its time does not fit into 64 bits: it is over long ago."""
    main = process(name).start().receive_task("wait", f"{name}_m").end()
    return [main], [
        publish(f"{name}_m", "k", ttl=2**62, n=1),
        publish(f"{name}_m", "late", ttl=2**63 - 1, n=2),
        wait(61_000),
        create(name, key="k"),
        create(name, key="late"),
        publish(f"{name}_m", "late", n=3),
    ]


@case
def message_of_two_that_wait_goes_to_the_older_element(name: str) -> Made:
    main = process(name).start().parallel("fork")
    for number in (1, 2, 3):
        main.at("fork").receive_task(f"r{number}", f"{name}_m", correlation_key=f"= k{number}").end(f"e{number}")
    return [main], [
        create(name),
        *[step("set_variables", name, variables={f"k{number}": "1"}) for number in (1, 2, 3)],
        *[step("resolve", f"r{number}") for number in (1, 3, 2)],
        publish(f"{name}_m", "1", ttl=60_000, a=1),
        publish(f"{name}_m", "1", a=2),
        publish(f"{name}_m", "1", a=3),
    ]


@case
def message_of_two_instances_goes_to_the_older_element(name: str) -> Made:
    main = process(name).start().receive_task("r", f"{name}_m", correlation_key="= k").end()
    return [main], [
        create(name),
        create(name),
        *[step("set_variables", name, nth, variables={"k": "1"}) for nth in (0, 1)],
        *[step("resolve", "r", nth) for nth in (1, 0)],
        publish(f"{name}_m", "1", a=1),
        publish(f"{name}_m", "1", a=2),
    ]
