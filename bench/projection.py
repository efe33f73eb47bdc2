"""How many records a second become read models: `python -m bench.projection [--records N] [--url SQLALCHEMY_URL]`.

The log is the golden one of the tests, played again and again by other instances, four of them at a time. Printed are decoding
and projecting apart, both together, and what the processor alone would allow.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import migrations
from history.database import open_engine
from history.projector import Projector
from zeebe.records import Record, decode_lines, decode_unread, encode_lines

GOLDEN = Path(__file__).parents[1] / "tests" / "golden" / "orders.ndjson"
BATCH = 5_000
FIRST_KEY = 2**51
DEFINITIONS = {"PROCESS", "DECISION", "DECISION_REQUIREMENTS", "FORM"}
SHARED_KEYS = {"processDefinitionKey", "decisionKey", "decisionRequirementsKey", "formKey"}


def shifted(value: object, distance: int) -> object:
    """The value with every key of an instance moved; keys of definitions stay."""
    if isinstance(value, int) and not isinstance(value, bool) and value > FIRST_KEY:
        return value + distance
    if isinstance(value, dict):
        return {name: each if name in SHARED_KEYS else shifted(each, distance) for name, each in value.items()}
    if isinstance(value, list):
        return [shifted(each, distance) for each in value]
    return value


def log_of(records: int) -> Iterator[Record]:
    """Definitions once, then the golden instances, four rounds of them interleaved at a time."""
    golden = [record for record in decode_lines(GOLDEN.read_bytes()) if record.is_event]
    definitions = [record for record in golden if record.value_type in DEFINITIONS]
    instances = [record for record in golden if record.value_type not in DEFINITIONS]
    position = 0
    for record in definitions:
        position += 1
        yield _at(record, position, 0)
    rounds = 0
    while position < records:
        # A thousand keys a round; two thousand seconds apart.
        for record in instances:
            for each in range(rounds, rounds + 4):
                position += 1
                yield _at(record, position, each)
        rounds += 4


def _at(record: Record, position: int, round_number: int) -> Record:
    distance = round_number * 1_000
    value = shifted(record.value, distance) if round_number else record.value
    assert isinstance(value, dict)
    key = record.key if record.value_type in DEFINITIONS or record.key < 0 else record.key + distance
    return Record(
        position=position,
        value_type=record.value_type,
        intent=record.intent,
        key=key,
        timestamp=record.timestamp + round_number * 2_000_000,
        record_type=record.record_type,
        value=value,
    )


def measure(url: str, lines: list[bytes]) -> tuple[int, float, float, float]:
    """Records, seconds of decoding, seconds of projecting, and this process's seconds of processor for both."""
    engine = open_engine(url, durable=False)
    migrations.upgrade(engine)
    projector = Projector(engine)
    decoding = projecting = 0.0
    count = 0
    processor = time.process_time()
    for batch in lines:
        start = time.perf_counter()
        records = decode_unread(batch)
        decoded = time.perf_counter()
        count += projector.apply(records)
        decoding += decoded - start
        projecting += time.perf_counter() - decoded
    processor = time.process_time() - processor
    engine.dispose()
    return count, decoding, projecting, processor


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=200_000)
    parser.add_argument("--url", help="default: a new SQLite file")
    arguments = parser.parse_args()
    records = list(log_of(arguments.records))
    lines = [encode_lines(records[start : start + BATCH]) for start in range(0, len(records), BATCH)]
    with tempfile.TemporaryDirectory() as folder:
        url = arguments.url or f"sqlite:///{Path(folder) / 'bench.db'}"
        count, decoding, projecting, processor = measure(url, lines)
    print(f"{count:,} records in {len(lines)} batches")
    print(f"decoding    {count / decoding:>10,.0f} records/s")
    print(f"projecting  {count / projecting:>10,.0f} records/s")
    print(f"together    {count / (decoding + projecting):>10,.0f} records/s")
    print(f"processor   {count / processor:>10,.0f} records a second of it: what a quiet machine reaches, SQLite's disk aside")


if __name__ == "__main__":
    main()
