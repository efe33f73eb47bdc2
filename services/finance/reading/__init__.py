"""Reading files of facts: what they hold becomes rows of text; whether a row is right is decided later, row by row."""

from services.finance.reading.files import MAX_ROWS, Shape, UnreadableFile, read_file
from services.finance.reading.headings import FIELDS
from services.finance.reading.raw import RawRow

__all__ = ["FIELDS", "MAX_ROWS", "RawRow", "Shape", "UnreadableFile", "read_file"]
