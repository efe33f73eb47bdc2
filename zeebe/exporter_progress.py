"""How far a broker's exporters are, in Zeebe's own figures: its management port tells them of the partitions it leads.

Positions alone do not tell what is pending. Records that an exporter is not configured for are passed by, and where the last
ones of a log are such, the position that it acknowledged stays before them for as long as nothing else happens. The metrics say
which record was handed to an exporter last: what was acknowledged up to there leaves nothing to wait for.
"""

import re
from dataclasses import dataclass
from typing import Any

import httpx

PATIENCE_SECONDS = 9.0
_EXPORTING = "EXPORTING"
_HANDED = re.compile(r'^zeebe_exporter_last_exported_position\{[^}]*\bpartition="(\d+)"[^}]*\} (\S+)', re.MULTILINE)


class ExporterUnknown(Exception):
    """The management port does not tell how far the exporters are."""


@dataclass(frozen=True, slots=True)
class ExporterProgress:
    """A partition that a broker leads; `handed` is None where the broker does not tell it."""

    partition_id: int
    phase: str
    processed: int
    acknowledged: int
    handed: int | None = None

    @property
    def is_exporting(self) -> bool:
        return self.phase == _EXPORTING

    def lag(self, received: int) -> int:
        """Positions that wait to be exported; the sink has `received` those up to here, acknowledged or not."""
        taken = max(self.acknowledged, received)
        if self.is_exporting and self.handed is not None and self.handed <= taken:
            return 0
        return max(0, self.processed - taken)


async def exporter_progress(management_url: str, *, patience_seconds: float = PATIENCE_SECONDS) -> list[ExporterProgress]:
    """Each partition that this broker leads.

    Raises:
        ExporterUnknown: its management port does not answer, or is not a broker's.
    """
    try:
        async with httpx.AsyncClient(timeout=patience_seconds, trust_env=False) as http:
            partitions = (await http.get(f"{management_url}/actuator/partitions")).raise_for_status().json()
            metrics = await http.get(f"{management_url}/actuator/prometheus")
        handed = _handed(metrics.text if metrics.is_success else "")
        return [_progress(int(each), state, handed) for each, state in partitions.items() if state.get("role") == "LEADER"]
    except (httpx.HTTPError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ExporterUnknown(type(error).__name__) from error


def _progress(partition_id: int, state: dict[str, Any], handed: dict[int, int]) -> ExporterProgress:
    return ExporterProgress(
        partition_id=partition_id,
        phase=str(state.get("exporterPhase", _EXPORTING)),
        processed=int(state["processedPosition"]),
        acknowledged=int(state["exportedPosition"]),
        handed=handed.get(partition_id),
    )


def _handed(metrics: str) -> dict[int, int]:
    """The last record that was handed to an exporter of each partition, where there are several to any of them."""
    found: dict[int, int] = {}
    for partition, position in _HANDED.findall(metrics):
        found[int(partition)] = max(int(float(position)), found.get(int(partition), -1))
    return found
