"""The child process: `python -m services.knowledge.reading.child FILE` prints the text of a file as JSON.

It limits itself before it opens the file: memory, processor time, and what it may write.
"""

import resource
import sys
from pathlib import Path

import msgspec

from services.knowledge.chunking import Block
from services.knowledge.reading.formats import CannotRead, read

MEMORY = 1_500 * 1024 * 1024
PROCESSOR_SECONDS = 90
LARGEST_WRITTEN = 300 * 1024 * 1024
MOST_CHARACTERS = 5_000_000


def main(path: Path) -> None:
    _limit()
    try:
        blocks, pages, title = read(path)
        answer = {"blocks": _bounded(blocks), "pages": pages, "title": title}
    except CannotRead as error:
        answer = {"problem": str(error)}
    except MemoryError:
        answer = {"problem": "reading needs more memory than it may have: split the file"}
    except Exception as error:  # noqa: BLE001 -- a parser of foreign files may raise anything
        answer = {"problem": f"the file is damaged ({type(error).__name__}): save it anew"}
    sys.stdout.buffer.write(msgspec.json.encode(answer))


def _limit() -> None:
    for kind, amount in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, PROCESSOR_SECONDS),
        (resource.RLIMIT_FSIZE, LARGEST_WRITTEN),
        (resource.RLIMIT_CORE, 0),
    ):
        _soft, hard = resource.getrlimit(kind)
        resource.setrlimit(kind, (amount if hard == resource.RLIM_INFINITY else min(amount, hard), hard))


def _bounded(blocks: list[Block]) -> list[tuple[str, int, bool]]:
    kept, length = [], 0
    for block in blocks:
        length += len(block.text)
        if length > MOST_CHARACTERS:
            break
        kept.append((block.text.encode("utf-8", "replace").decode(), block.page, block.is_heading))
    return kept


if __name__ == "__main__":
    main(Path(sys.argv[1]))
