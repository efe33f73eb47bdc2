"""Backups by the clock, and the rehearsal that proves the newest one: made where `PENSTOCK_BACKUP_DIR` names a place."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from bootstrap.backup import make_backup
from bootstrap.connections import open_database
from bootstrap.notifications import notifications
from bootstrap.rehearsal import rehearse
from services.backup import BackupFailed, KeptBackups, Rehearsal
from services.monitoring import Metrics
from services.notifications import Event, role
from settings import Settings
from workers.background import BackgroundTask

log = structlog.get_logger(__name__)

# How often it is looked whether a rehearsal is due, and how soon one that failed is tried again.
LOOK_SECONDS = 3600.0
AGAIN_AFTER = timedelta(days=1)


def kept_backups(settings: Settings) -> KeptBackups:
    return KeptBackups(settings.backups, settings.backup_keep)


def background_tasks(settings: Settings) -> list[BackgroundTask]:
    """None without a place for backups; a cluster is backed up by its own means."""
    if settings.backup_dir is None or not settings.is_embedded or not settings.backup_hours:
        return []

    def make() -> None:
        back_up(settings, datetime.now(UTC))

    def prove() -> None:
        rehearse_if_due(settings, datetime.now(UTC))

    return [
        BackgroundTask("backup.make", make, every_seconds=settings.backup_hours * 3600),
        BackgroundTask("backup.rehearse", prove, every_seconds=LOOK_SECONDS),
    ]


def back_up(settings: Settings, now: datetime) -> Path:
    """Make a backup, then let the oldest beyond the number to keep go.

    Raises:
        BackupFailed, OSError: none was made, none was deleted, and administrators were told.
    """
    kept = kept_backups(settings)
    archive = kept.new_archive(now)
    try:
        manifest = make_backup(settings, archive)
    except (BackupFailed, OSError) as error:
        _tell(settings, "backup.make", error, now)
        raise
    dropped = kept.drop_old(now)
    log.info("backup_made", archive=archive.name, position=manifest.engine_position, dropped=len(dropped))
    return archive


def rehearse_if_due(settings: Settings, now: datetime) -> Rehearsal | None:
    """Rehearse the newest backup, once in so many days.

    Raises:
        BackupFailed, OSError: it cannot be restored; administrators were told, and the note of it says why.
    """
    kept = kept_backups(settings)
    archive, last = kept.newest(), kept.rehearsal()
    if archive is None or not settings.backup_rehearsal_days or (last is not None and now < last.at + _pause(settings, last)):
        return None
    started, problem = time.monotonic(), None
    try:
        rehearse(settings, archive)
    except (BackupFailed, OSError) as error:
        problem = error
    note = Rehearsal(
        archive=archive.name,
        at=now,
        seconds=round(time.monotonic() - started, 3),
        problem="" if problem is None else str(problem)[:500],
        succeeded_at=now if problem is None else last.succeeded_at if last else None,
    )
    try:
        kept.note(note)
    finally:
        # A full disk takes no note either; people are told all the same.
        if problem is not None:
            _tell(settings, "backup.rehearse", problem, now)
    if problem is not None:
        raise problem
    log.info("backup_rehearsed", archive=archive.name, seconds=note.seconds)
    return note


def offer_backups(metrics: Metrics, settings: Settings) -> None:
    """When the newest backup was made, when a rehearsal last succeeded, and whether the last one failed.

    Nothing where there was none; but of backups that the clock should make, one that was never made is of the year 1970.
    """
    kept = kept_backups(settings)
    are_expected = bool(background_tasks(settings))

    def newest() -> Mapping[str, float]:
        found = kept.newest_at()
        return {"archive": found or 0.0} if found is not None or are_expected else {}

    def succeeded() -> Mapping[str, float]:
        last = kept.rehearsal()
        return {} if last is None or last.succeeded_at is None else {"archive": last.succeeded_at.timestamp()}

    def failed() -> Mapping[str, float]:
        last = kept.rehearsal()
        return {} if last is None else {"archive": float(bool(last.problem))}

    metrics.counts("penstock_backup_newest_timestamp_seconds", "When the newest backup was made.", "kind", newest)
    explained = "When a backup was last restored, for a trial."
    metrics.counts("penstock_backup_rehearsal_success_timestamp_seconds", explained, "kind", succeeded)
    metrics.counts("penstock_backup_rehearsal_failed", "1: the last trial failed.", "kind", failed)


def _pause(settings: Settings, last: Rehearsal) -> timedelta:
    days = timedelta(days=settings.backup_rehearsal_days)
    return min(AGAIN_AFTER, days) if last.problem else days


def _tell(settings: Settings, task: str, error: Exception, now: datetime) -> None:
    """Once a day, however often it is tried."""
    with open_database(settings) as engine:
        values = {"task": task, "reason": str(error) or type(error).__name__}
        about = f"{task}:{now.date().isoformat()}"
        notifications(settings, engine).notify(Event.BACKGROUND_FAILED, [role("admin")], f"task:{task}", values, about)
