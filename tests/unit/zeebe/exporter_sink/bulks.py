"""Bulk requests as the exporter sends them."""

import json

COUNTER_BITS = 51


def line(position: int, *, partition_id: int = 1, value_type: str = "JOB", counter: int | None = None, **changes) -> bytes:
    record = {
        "partitionId": partition_id,
        "position": position,
        "valueType": value_type,
        "intent": "CREATED",
        "key": position,
        "timestamp": 1_700_000_000_000 + position,
        "recordType": "EVENT",
        "value": {"type": "work"},
        "brokerVersion": "8.5.8",
        **changes,
    }
    if counter is not None:
        record["sequence"] = (partition_id << COUNTER_BITS) + counter
    return json.dumps(record).encode()


def bulk(*lines: bytes) -> bytes:
    action = b'{"index":{"routing":"1","_index":"zeebe-record_job_8.5.8_2026-11-21","_id":"1-1"}}'
    return b"".join(action + b"\n" + each + b"\n" for each in lines)
