"""Tracks, clients and projects: what the rest of the house refers to by id; imported, matched, and merged with redirect."""

from services.directories.entries import (
    Directories,
    Entry,
    EntryChanged,
    EntryKind,
    EntryUnknown,
    FieldOrigin,
    InvalidEntry,
    Origin,
)
from services.directories.fields import FIELDS, WHOLE, document_of, value_of
from services.directories.import_files import FileRow, UnreadableFile, read_rows
from services.directories.import_plan import NEW, FieldChange, ImportPlan, PlannedRow, Question, RowState, plan_import
from services.directories.matching import Suggestion, alike, is_named
from services.directories.memory_directories import in_memory_directories
from services.directories.sql_directories import SqlDirectories
from services.directories.tree import Branch, tree

__all__ = [
    "FIELDS",
    "NEW",
    "WHOLE",
    "Branch",
    "Directories",
    "Entry",
    "EntryChanged",
    "EntryKind",
    "EntryUnknown",
    "FieldChange",
    "FieldOrigin",
    "FileRow",
    "ImportPlan",
    "InvalidEntry",
    "Origin",
    "PlannedRow",
    "Question",
    "RowState",
    "SqlDirectories",
    "Suggestion",
    "UnreadableFile",
    "alike",
    "document_of",
    "in_memory_directories",
    "is_named",
    "plan_import",
    "read_rows",
    "tree",
    "value_of",
]
