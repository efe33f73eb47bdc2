import pytest

from tests.unit.zeebe.exporter_sink.bulks import bulk, line
from zeebe.exporter_sink import BulkRefused, read_bulk


def test_reads_the_records_of_a_bulk_with_their_lines_and_counters() -> None:
    first, second = line(7, counter=3), line(9, partition_id=2, counter=1)

    read = read_bulk(bulk(first, second))

    assert [(each.partition_id, each.position, each.counter, each.line) for each in read] == [
        (1, 7, 3, first),
        (2, 9, 1, second),
    ]
    assert read[0].record.value == {"type": "work"}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"not json\n{}\n", "line 1: not an action"),
        (b'{"delete":{}}\n{}\n', "line 1: only index and create"),
        (b'{"index":{}}\n', "line 1: no record follows"),
        (bulk(b'{"position":1}'), "line 2: not a record"),
        (bulk(b"[" * 100_000), "line 2: not a record"),
        (bulk(line(-1)), "line 2: partition, position or timestamp"),
        (bulk(line(2**63)), "line 2: "),
        (bulk(line(1, partition_id=0)), "line 2: partition, position or timestamp"),
        (bulk(line(1), line(2, key="seven")), "line 4: not a record"),
    ],
)
def test_names_the_line_that_is_wrong(body, reason) -> None:
    with pytest.raises(BulkRefused) as refused:
        read_bulk(body)

    assert reason in str(refused.value)
