"""Recorded runs: that a process's scenarios gave the same on the embedded gateway and on a real Zeebe."""

from services.engine_runs.folder import FolderEngineRuns
from services.engine_runs.run import Agreement, EngineRun, EngineRuns, InMemoryEngineRuns, agreements, checksum

__all__ = [
    "Agreement",
    "EngineRun",
    "EngineRuns",
    "FolderEngineRuns",
    "InMemoryEngineRuns",
    "agreements",
    "checksum",
]
