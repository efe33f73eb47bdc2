import os
from datetime import UTC, datetime
from pathlib import Path

from services.backup import KeptBackups, Rehearsal

NOW = datetime(2026, 11, 21, 2, 15, tzinfo=UTC)


def archive(folder: Path, day: int) -> Path:
    path = folder / f"penstock-2026-11-{day:02}T021500Z.tar.gz"
    path.write_bytes(b"archive")
    return path


def test_the_newest_archives_stay_and_other_files_are_nobody_s_to_delete(tmp_path: Path) -> None:
    archives = [archive(tmp_path, day) for day in (5, 3, 4, 1, 2)]
    others = [tmp_path / name for name in ("penstock-by-hand.tar.gz", "penstock-2026-11-01.tar.gz", "notes.txt")]
    for path in others:
        path.write_bytes(b"mine")

    dropped = KeptBackups(tmp_path, keep=2).drop_old(NOW)

    assert [path.name for path in dropped] == [f"penstock-2026-11-0{day}T021500Z.tar.gz" for day in (1, 2, 3)]
    assert sorted(path for path in archives if path.exists()) == [archives[2], archives[0]]
    assert all(path.exists() for path in others)


def test_a_note_of_a_failed_rehearsal_makes_no_backup_newer(tmp_path: Path) -> None:
    kept = KeptBackups(tmp_path, keep=2)
    by_hand = tmp_path / "by-hand.tar"
    for path, at in ((archive(tmp_path, 5), NOW.timestamp() - 9 * 86_400), (by_hand, NOW.timestamp() - 3 * 86_400)):
        path.write_bytes(b"archive")
        os.utime(path, (at, at))

    kept.note(Rehearsal(archive="penstock-2026-11-05T021500Z.tar.gz", at=NOW, seconds=1.0, problem="is damaged"))
    (tmp_path / "penstock-2026-11-21T021500Z.tar.gz.partial").write_bytes(b"half")

    assert kept.newest_at() == NOW.timestamp() - 3 * 86_400
    assert KeptBackups(tmp_path / "nowhere", keep=2).newest_at() is None


def test_what_a_killed_backup_left_goes_after_a_day(tmp_path: Path) -> None:
    old = tmp_path / "penstock-2026-11-19T021500Z.tar.gz.partial"
    fresh = tmp_path / "penstock-2026-11-21T021500Z.tar.gz.partial"
    for path, at in ((old, NOW.timestamp() - 2 * 86_400), (fresh, NOW.timestamp() - 60)):
        path.write_bytes(b"half")
        os.utime(path, (at, at))

    KeptBackups(tmp_path, keep=2).drop_old(NOW)

    assert (old.exists(), fresh.exists()) == (False, True)


def test_names_tell_the_moment_and_sort_by_it(tmp_path: Path) -> None:
    kept = KeptBackups(tmp_path, keep=3)

    path = kept.new_archive(NOW)
    path.write_bytes(b"archive")

    assert path.name == "penstock-2026-11-21T021500Z.tar.gz"
    assert kept.newest() == path


def test_what_a_rehearsal_said_is_read_back_and_what_cannot_be_read_is_none(tmp_path: Path) -> None:
    kept = KeptBackups(tmp_path, keep=3)
    said = Rehearsal(archive="a", at=NOW, seconds=1.5, problem="damaged")

    before = kept.rehearsal()
    kept.note(said)
    after = kept.rehearsal()
    (tmp_path / "rehearsal.json").write_text("{")

    assert (before, after, kept.rehearsal()) == (None, said, None)


def test_a_folder_that_is_not_there_yet_holds_nothing(tmp_path: Path) -> None:
    kept = KeptBackups(tmp_path / "none", keep=3)

    assert (kept.archives(), kept.newest(), kept.drop_old(NOW)) == ([], None, [])
