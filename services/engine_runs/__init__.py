"""Recorded runs: that a process's scenarios gave the same on the embedded gateway and on a real Zeebe."""

from services.engine_runs.folder import FolderEngineRuns
from services.engine_runs.run import EngineRun, EngineRuns, InMemoryEngineRuns, checksum

__all__ = ["EngineRun", "EngineRuns", "FolderEngineRuns", "InMemoryEngineRuns", "checksum"]
