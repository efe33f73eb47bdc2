"""JSON from outside that is none: no UTF-8, nested without end, cut off. Each reader says so in its own words."""

from collections.abc import Callable
from pathlib import Path

import pytest

from api.pages.variables import NotAnObject, object_of, value_of
from history.queries.instances import canonical_json
from services.backup import BackupFailed
from services.backup.kept import KeptBackups
from services.backup.manifest import decode
from zeebe.records import RecordMalformed, decode_lines

DEEP = b"[" * 100_000
NO_JSON = {
    "no UTF-8": b'{"key": "\x81"}',
    "too deep": b'{"key": ' + DEEP,
    "only deep": DEEP,
    "cut off": b'{"key": "val',
    "nothing": b"",
}
READERS: dict[str, tuple[Callable[[bytes], object], type[Exception]]] = {
    "a backup's manifest": (decode, BackupFailed),
    "records of an exporter": (lambda content: decode_lines(content or b"{"), RecordMalformed),
}


@pytest.mark.parametrize("text", NO_JSON)
@pytest.mark.parametrize("kind", READERS)
def test_bytes_are_refused_by_their_reader(kind: str, text: str) -> None:
    read, refusal = READERS[kind]

    with pytest.raises(refusal):
        read(NO_JSON[text])


@pytest.mark.parametrize("text", NO_JSON)
def test_a_damaged_rehearsal_is_none(text: str, tmp_path: Path) -> None:
    (tmp_path / "rehearsal.json").write_bytes(NO_JSON[text])

    assert KeptBackups(tmp_path, keep=1).rehearsal() is None


def test_what_is_typed_too_deep_is_a_text_or_no_object() -> None:
    deep = DEEP.decode()

    assert value_of(deep) == deep
    assert canonical_json(deep).startswith('"[[[')
    with pytest.raises(NotAnObject):
        object_of(deep)
