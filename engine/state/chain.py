"""The record log as it is kept: compressed chunks, each with a checksum that continues the one before.

A chunk that was changed, lost or moved breaks the chain there, and `penstock gateway verify` names the place.
"""

import zlib
from collections.abc import Sequence

from engine.processing.ports import RecordChunk

# Records repeat themselves: level 1 makes them a tenth of their size for a hundredth of the disk's time.
_COMPRESSION = 1


def compress(records: Sequence[str]) -> bytes:
    """Lines of JSON as they are stored."""
    return zlib.compress(("\n".join(records) + "\n").encode(), _COMPRESSION)


def decompress(compressed: bytes) -> bytes:
    """The lines of a chunk.

    Raises:
        zlib.error: it was damaged.
    """
    return zlib.decompress(compressed)


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
