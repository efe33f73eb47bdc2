"""Files meant to do harm are refused at once, with a reason, and nothing outside is read."""

import time

import pytest

from engine.bpmn import InvalidBpmn, Limits, lint, read_bpmn
from tests.bpmn_builder import process
from tests.ends import ENDS_WITHIN_SECONDS
from tests.work_done import calls_made

GOOD = process("p").start().end().xml()
BODY = GOOD.split(b"?>", 1)[1]
LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha">%s]>' % b"".join(
    b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(20)
)
FILES = {
    "an entity that reads a file": b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>' + BODY.replace(b"start", b"start"),
    "a billion laughs": LAUGHS
    + BODY.replace(b"</bpmn:process>", b"<bpmn:documentation>&u;</bpmn:documentation></bpmn:process>"),
    "laughs in an attribute": LAUGHS + BODY.replace(b'id="start"', b'id="start" name="&t;"'),
    "an external DTD": b'<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">' + BODY,
    "100,000 levels": b"<a>" * 100_000 + b"</a>" * 100_000,
    "200,000 attributes": b"<a " + b" ".join(b'a%d=""' % n for n in range(200_000)) + b"/>",
    "50 MB": GOOD + b" " * 50_000_000,
    "nothing": b"",
    "no XML": b"hello",
    "zero bytes": b"\0" * 1000,
    "half a file": GOOD[:-30],
    "an undefined entity": BODY.replace(b'id="start"', b'id="start" name="&nope;"'),
    "another root": b"<process/>",
    "bytes that are no UTF-8": GOOD.replace(b'id="start"', b'id="start" name="\xff\xfe"'),
}


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_refused_fast_and_with_a_reason(name):
    before = time.perf_counter()
    with pytest.raises(InvalidBpmn) as refused:
        read_bpmn(FILES[name], "x.bpmn")

    assert time.perf_counter() - before < ENDS_WITHIN_SECONDS
    assert all(finding.message for finding in refused.value.findings)
    assert "root:" not in str(refused.value)
    assert lint(FILES[name], "x.bpmn") == refused.value.findings


def test_more_elements_than_allowed_are_refused():
    with pytest.raises(InvalidBpmn, match="more than the 3 elements"):
        read_bpmn(GOOD, "x.bpmn", Limits(elements=3))


def test_reading_is_work_in_proportion_to_the_size():
    def work(tasks: int) -> int:
        builder = process("p").start()
        for number in range(tasks):
            builder.service_task(f"t{number}", type="t").boundary(f"b{number}", f"t{number}", duration="PT1H").at(f"t{number}")
        content = builder.end().xml()
        return calls_made(lambda: read_bpmn(content, "x.bpmn", Limits(content_bytes=100_000_000)))

    small, large = work(100), work(1_600)

    assert 12 * small < large < 20 * small
