"""A file is read once for all who need it, unless it is large."""

import pytest

from engine.bpmn import InvalidBpmn
from engine.processing.reading import LARGEST_KEPT_BYTES, processes_in

FILE = b"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="http://example.org">
  <bpmn:process id="PROCESS" isExecutable="true"><bpmn:startEvent id="start" /></bpmn:process>
</bpmn:definitions>"""


def test_the_same_bytes_under_the_same_name_are_read_once() -> None:
    first = processes_in(FILE, "one.bpmn")

    assert processes_in(bytes(bytearray(FILE)), "one.bpmn") is first
    assert processes_in(FILE, "other.bpmn") is not first
    assert processes_in(FILE.replace(b"PROCESS", b"changed"), "one.bpmn")[0].bpmn_process_id == "changed"


def test_a_large_file_is_not_kept() -> None:
    large = FILE + b" " * LARGEST_KEPT_BYTES

    assert processes_in(large, "one.bpmn") is not processes_in(large, "one.bpmn")


def test_a_file_that_is_wrong_is_refused_each_time() -> None:
    for _time in range(2):
        with pytest.raises(InvalidBpmn):
            processes_in(b"<nothing/>", "wrong.bpmn")
