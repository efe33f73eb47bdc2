"""Files that people send us: kept by their content's hash, typed by what they hold, never trusted by their name."""

from services.files.kept import FileKept, FileStore, FileUnknown, FolderFileStore
from services.files.names import safe_name
from services.files.sniffing import is_safe_inline, sniff

__all__ = ["FileKept", "FileStore", "FileUnknown", "FolderFileStore", "is_safe_inline", "safe_name", "sniff"]
