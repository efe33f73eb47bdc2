import pytest

from zeebe.records import Record, RecordMalformed, decode_lines, encode_lines, split_lines

LINE = (
    b'{"valueType":"JOB","key":7,"position":27,"timestamp":1795235336668,"recordType":"EVENT","intent":"CREATED",'
    b'"partitionId":1,"rejectionType":"NULL_VAL","rejectionReason":"","brokerVersion":"8.5.25","recordVersion":1,'
    b'"value":{"type":"work","retries":3},"authorizations":{"authorized_tenants":["<default>"]},"sourceRecordPosition":8}\n'
)


def test_a_record_in_zeebe_s_form_is_read() -> None:
    lines = LINE

    (record,) = decode_lines(lines)

    assert (record.position, record.value_type, record.intent, record.key) == (27, "JOB", "CREATED", 7)
    assert record.value == {"type": "work", "retries": 3}
    assert record.is_event


def test_written_records_are_read_back() -> None:
    records = [
        Record(position=n, value_type="JOB", intent="CREATED", key=n, timestamp=1, record_type="EVENT", value={})
        for n in range(3)
    ]

    read = decode_lines(encode_lines(records))

    assert read == records


@pytest.mark.parametrize("line", [b"[]", b"{", b"{}", b'{"position": "one"}', b"\xff\xfe"])
def test_a_line_that_is_no_record_is_refused(line: bytes) -> None:
    with pytest.raises(RecordMalformed) as refused:
        decode_lines(LINE + line)

    assert "not a record" in str(refused.value)


def test_lines_are_put_together_from_chunks_cut_anywhere() -> None:
    chunks = [LINE[:10], LINE[10:] + LINE[:5], LINE[5:-1], b"\n", LINE[:20]]

    lines = list(split_lines(chunks))

    assert lines == [LINE[:-1], LINE[:-1]]
