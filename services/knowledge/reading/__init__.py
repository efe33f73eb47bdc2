"""Files to text. A file may be hostile, so a child process reads it, with little memory and time to lose."""

from services.knowledge.reading.guarded import LONGEST_FILE, ReadFile, ReadingFailed, read_file

__all__ = ["LONGEST_FILE", "ReadFile", "ReadingFailed", "read_file"]
