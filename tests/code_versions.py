"""Two versions of the code side by side: this one and an earlier one of the repository's history, or this one and a later one.

Where there is no history (an archive, a shallow clone) the later version is this one with one more migration, which adds a
table, a column and an index, as the next release would.
"""

import re
import shutil
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

import migrations
from tests.web_app import write_assets

ROOT = Path(__file__).parents[1]
CODE = ("api", "bootstrap", "cli", "engine", "history", "migrations", "services", "settings", "workers", "zeebe")
READ_AT_RUN_TIME = ("processes", "decisions", "prompts", "templates", "translations")
# So far back the history is searched.
COMMITS = 30
NEXT = "9999_next_release"
NEXT_MIGRATION = f'''"""What a later version may add."""

import sqlalchemy as sa
from alembic import op

revision = "{NEXT}"
down_revision = "{{head}}"


def upgrade() -> None:
    op.create_table("next_thing", sa.Column("tenant_id", sa.String(255), primary_key=True), sa.Column("x", sa.Integer()))
    op.add_column("ticket", sa.Column("next_mark", sa.Integer(), nullable=False, server_default="0"))
    op.create_index("ticket_next", "ticket", ["tenant_id", "next_mark"])
'''


@dataclass(frozen=True)
class Versions:
    """Where the code of both lies, and the newest revision of each."""

    old: Path
    new: Path
    old_revision: str
    new_revision: str


def two_versions(folder: Path) -> Versions:
    """An earlier version and this one; else this one and a later one."""
    earlier = _commit_with_an_earlier_schema()
    head = migrations.newest_revision()
    if earlier is not None:
        commit, revision = earlier
        return Versions(_checked_out(commit, folder / "old"), ROOT, revision, head)
    later = folder / "new"
    for name in (*CODE, *READ_AT_RUN_TIME):
        shutil.copytree(ROOT / name, later / name, ignore=shutil.ignore_patterns("__pycache__"))
    (later / "migrations" / "versions" / f"{NEXT}.py").write_text(NEXT_MIGRATION.format(head=head))
    return Versions(ROOT, _with_assets(later), head, NEXT)


def _commit_with_an_earlier_schema() -> tuple[str, str] | None:
    """The newest commit whose chain of migrations is the beginning of ours, and where that chain ends."""
    added = _git(
        "log", "--first-parent", "-m", "-M", "--diff-filter=A", f"-{COMMITS}", "--format=%H", "--", "migrations/versions"
    )
    chain = _chain((ROOT / "migrations" / "versions").glob("*.py"))
    for commit in dict.fromkeys(added.split()):
        lines = _git("grep", "-hE", "^(down_)?revision = ", f"{commit}^", "--", "migrations/versions").splitlines()
        earlier = _ordered(lines)
        if earlier and len(earlier) < len(chain) and earlier == chain[: len(earlier)]:
            return f"{commit}^", earlier[-1]
    return None


def _chain(files) -> list[str]:
    return _ordered([line for file in files for line in file.read_text().splitlines()])


def _ordered(lines: list[str]) -> list[str]:
    """Revisions from the first to the last; empty where they are no chain."""
    found = [match for line in lines if (match := re.fullmatch(r'(down_)?revision = (?:"(\w+)"|None)', line))]
    after = {down[2]: own[2] for own, down in zip(found[::2], found[1::2], strict=True)}
    chain: list[str] = []
    while (following := after.pop(chain[-1] if chain else None, None)) is not None:
        chain.append(following)
    return [] if after else chain


def _checked_out(commit: str, folder: Path) -> Path:
    """The files of a commit, without its history."""
    archive = folder.with_suffix(".tar")
    # All of it: rooms had other names then.
    _git("archive", "--output", str(archive), commit)
    with tarfile.open(archive) as files:
        files.extractall(folder, filter="data")
    return _with_assets(folder)


def _with_assets(folder: Path) -> Path:
    """Pages want the built assets, which are not in the repository."""
    if (ROOT / "static").exists():
        (folder / "static").symlink_to(ROOT / "static")
    else:
        write_assets(folder / "static")
    return folder


def _git(*arguments: str) -> str:
    """What git says; nothing where there is no git or no history."""
    try:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return done.stdout if done.returncode == 0 else ""
