"""Runs the child that reads a file, and believes only a well-formed answer of bounded length."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import msgspec

from services.knowledge.chunking import Block

LONGEST_FILE = 20 * 1024 * 1024
LONGEST_ANSWER = 30 * 1024 * 1024
SECONDS = 120.0
HOME = Path(__file__).resolve().parents[3]


class ReadingFailed(Exception):
    """The file cannot be read; the text says why and what would help."""


@dataclass(frozen=True, slots=True)
class ReadFile:
    blocks: tuple[Block, ...]
    pages: int
    title: str = ""


class _Answer(msgspec.Struct, forbid_unknown_fields=True):
    blocks: list[tuple[str, int, bool]] = []
    pages: int = 0
    title: str = ""
    problem: str = ""


def read_file(path: Path, *, seconds: float = SECONDS) -> ReadFile:
    """Raises `ReadingFailed`."""
    size = path.stat().st_size
    if size > LONGEST_FILE:
        raise ReadingFailed(f"the file has {size:,} bytes; at most {LONGEST_FILE:,} are read")
    command = [sys.executable, "-m", "services.knowledge.reading.child", str(path.resolve())]
    try:
        done = subprocess.run(  # noqa: S603 -- our own module and a path of ours
            command, cwd=HOME, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise ReadingFailed(f"reading takes longer than {seconds:.0f} s: split the file, or save it anew") from error
    if done.returncode or len(done.stdout) > LONGEST_ANSWER:
        raise ReadingFailed("the file is damaged, or needs more memory or time than it may have: save it anew")
    try:
        answer = msgspec.json.decode(done.stdout, type=_Answer)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ReadingFailed("the file is damaged: save it anew") from error
    if answer.problem:
        raise ReadingFailed(answer.problem)
    blocks = tuple(Block(text, page, is_heading) for text, page, is_heading in answer.blocks)
    return ReadFile(blocks, answer.pages, answer.title[:300])
