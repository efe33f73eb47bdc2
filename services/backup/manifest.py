"""What an archive says about itself: its last member, written when all sums are known."""

from datetime import datetime

import msgspec

from services.backup.errors import BackupFailed

MANIFEST = "manifest.json"
FORMAT = 1
LARGEST_BYTES = 64 * 1024 * 1024


class Part(msgspec.Struct, frozen=True):
    """One file of the archive."""

    path: str
    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """The parts with their sums, and counts to compare after restoring."""

    format: int = FORMAT
    made_at: datetime
    parts: list[Part]
    # Where state and read models stood: the read models may lag, they never lead.
    engine_position: int
    read_models_position: int
    # How many of what: rows of the engine by kind, tables of the read models.
    counts: dict[str, int]
    # Deployed resources: name and version.
    resources: list[str]

    def encode(self) -> bytes:
        return msgspec.json.format(msgspec.json.encode(self), indent=1)


def decode(content: bytes) -> Manifest:
    """A manifest as it was read.

    Raises:
        BackupFailed: it is none, or one of a later version.
    """
    try:
        manifest = msgspec.json.decode(content, type=Manifest)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BackupFailed(f"the archive's manifest cannot be read: {error}") from error
    if manifest.format != FORMAT:
        raise BackupFailed(f"the archive is of format {manifest.format}, {FORMAT} is known here: use the Penstock that made it")
    return manifest
