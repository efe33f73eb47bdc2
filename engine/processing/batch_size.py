"""What a command may write at once: Zeebe keeps a command's records in one batch of 4 MB, and refuses what does not fit.

How often each command's records repeat its variables was observed on Zeebe 8.5.8. It is asked before anything is written.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from engine.processing.commands import CommandRejected, RejectionType

LARGEST_BATCH = 4 * 1024 * 1024
# What a record takes beside the variables it repeats, and a variable's own record beside its value.
_RECORD = 400
_VARIABLE = 225
# Below this nothing is measured: a batch of records about so few bytes always fits.
_SMALL = 64 * 1024

_packed = msgspec.msgpack.Encoder(enc_hook=str).encode


def check(variables: Mapping[str, Any], text: str, repeated: int, *, sets_them: bool = False) -> None:
    """Refuse variables, which come as JSON as well, whose records do not fit into one batch.

    `repeated` says how many records repeat them, the records of the single variables counted as one; `sets_them` says that
    there are such.

    Raises:
        CommandRejected: they do not fit.
    """
    if len(text) * repeated > _SMALL and not fits(variables, repeated, sets_them=sets_them):
        raise CommandRejected(RejectionType.EXCEEDED_BATCH_RECORD_SIZE, "")


def is_large(texts: Iterable[str]) -> bool:
    """Whether variables, as JSON, are worth measuring."""
    return sum(map(len, texts)) > _SMALL


def fits(variables: Mapping[str, Any], repeated: int, *, sets_them: bool = False) -> bool:
    """Whether the records fit into one batch."""
    own = len(variables) * _VARIABLE if sets_them else 0
    return repeated * (len(_packed(variables)) + _RECORD) + own <= LARGEST_BATCH
