"""The record log as it is kept: compressed chunks, each with a checksum that continues the one before.

A chunk that was changed, lost or moved breaks the chain there, and `penstock gateway verify` names the place.
"""

import threading
import zlib
from collections.abc import Sequence

import zstandard

from engine.processing.ports import RecordChunk

# Records repeat themselves, and those of one commit most of all: level 1 makes them a twentieth of their size, in a quarter of
# the time that zlib takes; where each of many records repeats a large value (a collection that grows), in a tenth.
_COMPRESSION = 1
# What begins a chunk; those of earlier versions are zlib's.
_ZSTANDARD = b"\x28\xb5\x2f\xfd"
# No commit has more records than this; a damaged chunk may say so.
_LARGEST = 1 << 32


class ChunkDamaged(Exception):
    """The records of a chunk cannot be unpacked."""


class _Codec(threading.local):
    """Zstandard's working memory, which two threads must not use at once."""

    def __init__(self) -> None:
        self.compress = zstandard.ZstdCompressor(level=_COMPRESSION).compress
        self.decompress = zstandard.ZstdDecompressor().decompress


_codec = _Codec()


def compress(records: Sequence[str]) -> bytes:
    """Lines of JSON as they are stored."""
    return _codec.compress(("\n".join(records) + "\n").encode())


def decompress(compressed: bytes) -> bytes:
    """The lines of a chunk.

    Raises:
        ChunkDamaged: it is not what was stored.
    """
    try:
        if not compressed.startswith(_ZSTANDARD):
            return zlib.decompress(compressed)
        size = zstandard.frame_content_size(compressed)
        if not 0 <= size < _LARGEST:
            raise ChunkDamaged(f"it says that it holds {size} bytes")
        return _codec.decompress(compressed)
    except (zlib.error, zstandard.ZstdError) as error:
        raise ChunkDamaged(str(error)) from error


def checksum(before: int, first_position: int, last_position: int, compressed: bytes) -> int:
    """The checksum of a chunk that follows one with the checksum `before`."""
    return zlib.crc32(compressed, zlib.crc32(b"%d-%d:" % (first_position, last_position), before))


def lines_after(chunk: RecordChunk, position: int) -> bytes:
    """The records of a chunk after a position."""
    if chunk.first_position > position:
        return chunk.lines
    return b"".join([line for line in chunk.lines.splitlines(keepends=True) if position_of(line) > position])


def position_of(line: bytes) -> int:
    """The position of a record; it is written before anything a user named."""
    start = line.index(b'"position":') + len(b'"position":')
    return int(line[start : line.index(b",", start)])
