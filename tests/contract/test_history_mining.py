"""Mining over the golden log, against the same questions answered by plain Python over its records."""

from collections import Counter, defaultdict
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from history.mining import ACTIVITY_TYPES, MiningFilter, ProcessMining
from tests.databases import empty_database
from tests.history_log import golden, project

LOG = [record for record in golden() if record.value_type == "PROCESS_INSTANCE" and record.is_event]
ORDERS = MiningFilter("order")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def mining(request, tmp_path_factory):
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('mining') / 'history.db'}"
    else:
        server = request.getfixturevalue("postgres_server")
        url = server.url(server.create_database())
    engine = empty_database(url)
    project(engine, golden())
    yield ProcessMining(engine)
    engine.dispose()


def traces() -> dict[int, list]:
    """Each order's activities as they started."""
    found = defaultdict(list)
    for record in LOG:
        value = record.value
        if (
            record.intent == "ELEMENT_ACTIVATING"
            and value["bpmnProcessId"] == "order"
            and value["bpmnElementType"] in ACTIVITY_TYPES
        ):
            found[value["processInstanceKey"]].append(record)
    return found


def test_what_directly_follows_what(mining) -> None:
    expected = Counter()
    gaps = defaultdict(list)
    for steps in traces().values():
        for one, other in pairwise(steps):
            pair = (one.value["elementId"], other.value["elementId"])
            expected[pair] += 1
            gaps[pair].append(other.timestamp - one.timestamp)

    edges = mining.directly_follows(ORDERS)

    assert {(edge.source, edge.target): edge.count for edge in edges} == expected
    for edge in edges:
        pair = (edge.source, edge.target)
        assert edge.mean_ms == pytest.approx(sum(gaps[pair]) / len(gaps[pair]))
    assert [edge.count for edge in edges] == sorted((edge.count for edge in edges), reverse=True)


def test_the_ways_through_a_process(mining) -> None:
    expected = Counter(tuple(step.value["elementId"] for step in steps) for steps in traces().values())

    variants = mining.variants(ORDERS)

    assert {variant.activities: variant.count for variant in variants} == expected
    assert sum(variant.share for variant in variants) == pytest.approx(1)
    longest = max(variants, key=lambda variant: len(variant.activities))
    assert longest.activities == ("reserve", "reserve", "reserve", "paid", "pack", "pack", "pack", "deliver")
    assert longest.example_process_instance_key in traces()


def test_a_limit_keeps_the_most_frequent_and_their_shares(mining) -> None:
    everything = mining.variants(ORDERS)

    assert mining.variants(ORDERS, limit=1) == everything[:1]


def test_where_the_time_goes(mining) -> None:
    started = {record.key: record.timestamp for record in LOG if record.intent == "ELEMENT_ACTIVATING"}
    spent = defaultdict(list)
    for record in LOG:
        value = record.value
        ended = record.intent in {"ELEMENT_COMPLETED", "ELEMENT_TERMINATED"}
        if ended and value["bpmnProcessId"] == "order" and value["bpmnElementType"] in ACTIVITY_TYPES:
            spent[value["elementId"]].append(record.timestamp - started[record.key])

    bottlenecks = mining.bottlenecks(ORDERS)

    assert {each.element_id: each.total_ms for each in bottlenecks} == {key: sum(times) for key, times in spent.items()}
    assert {each.element_id: each.visits for each in bottlenecks} == {key: len(times) for key, times in spent.items()}
    assert bottlenecks[0].element_id == "deliver"
    assert sum(each.share_of_time for each in bottlenecks) == pytest.approx(1)
    reserve = next(each for each in bottlenecks if each.element_id == "reserve")
    assert reserve.repeated == 2
    assert reserve.p50_ms <= reserve.p95_ms


def test_filters_narrow_the_instances(mining) -> None:
    completed = mining.variants(MiningFilter("order", only_completed=True))
    never = MiningFilter("order", started_after=datetime(2100, 1, 1, tzinfo=UTC))

    assert sum(variant.count for variant in completed) == 3
    assert all(variant.mean_ms is not None for variant in completed)
    assert (mining.variants(never), mining.directly_follows(never), mining.bottlenecks(never)) == ([], [], [])
    assert mining.variants(MiningFilter("order", version=7)) == []


def test_another_tenant_mines_nothing(mining) -> None:
    foreign = ProcessMining(mining._engine, tenant_id="acme")

    assert (foreign.variants(ORDERS), foreign.directly_follows(ORDERS), foreign.bottlenecks(ORDERS)) == ([], [], [])
