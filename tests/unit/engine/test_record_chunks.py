"""Records as they are packed into chunks, and chunks that are not what was stored."""

import zlib
from pathlib import Path

import pytest
import zstandard

from engine.state.chain import ChunkDamaged, checksum, compress, decompress
from engine.state.sqlite import SqliteStore

LINES = ['{"position":1}', '{"position":2,"value":"größer"}']


def test_what_was_packed_comes_back() -> None:
    packed = compress(LINES)

    unpacked = decompress(packed)

    assert unpacked == b'{"position":1}\n{"position":2,"value":"gr\xc3\xb6\xc3\x9fer"}\n'


def test_a_large_value_that_each_record_repeats_is_stored_about_once() -> None:
    value = ",".join(str(number * 7919 % 10_007) for number in range(10_000))

    packed = compress([f'{{"position":{position},"value":"{value}"}}' for position in range(1, 65)])

    assert len(packed) < 2 * len(compress([value]))


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"nothing of the kind",
        compress(LINES)[:-3],
        compress(LINES)[:9] + b"\x00\x00\x00" + compress(LINES)[12:],
        zlib.compress(b'{"position":1}\n')[:-6],
        zstandard.ZstdCompressor(write_content_size=False).compress(b"a frame that does not tell its size"),
        # A frame that says it holds a quarter of an exabyte.
        b"\x28\xb5\x2f\xfd\xe0" + (1 << 58).to_bytes(8, "little") + b"\x01\x00\x00",
    ],
)
def test_a_damaged_chunk_is_refused(damaged: bytes) -> None:
    with pytest.raises(ChunkDamaged):
        decompress(damaged)


def test_a_file_whose_records_zlib_packed_can_be_read_and_continued(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "engine.db")
    packed = zlib.compress(b'{"position":1}\n')
    store._writer.execute("INSERT INTO record_chunk VALUES (1, 1, 7, ?, ?)", (checksum(0, 1, 1, packed), packed))
    store._writer.execute("PRAGMA user_version = 2")
    store.close()

    store = SqliteStore(tmp_path / "engine.db")
    chunk = store.records(0)
    store.close()

    assert chunk is not None
    assert chunk.lines == b'{"position":1}\n'
