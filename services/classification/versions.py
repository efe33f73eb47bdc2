"""Every classifier a tenant has had: its card, how it fared, and which one answers now.

The rows are in SQL, the arrays in a folder beside the champion's file. Making a version the champion puts its file in the
champion's place in one step; whoever classifies sees that the file is another and reads it.
"""

import filecmp
import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Engine, RowMapping, insert, select, update

from services.classification.tables import classifier_versions as versions

if TYPE_CHECKING:
    from services.classification.classifier import LinearClassifier
    from services.classification.judging import Comparison

FILES_KEPT = 12


class VersionNotFound(LookupError):
    """There is no such version, or its file has been cleared away."""


class VersionState(StrEnum):
    CHAMPION = "champion"
    BEATEN = "beaten"
    REFUSED = "refused"


class Origin(StrEnum):
    """Why there is a version: trained from a file, learned from corrections, or another precision was asked for."""

    TRAINED = "trained"
    LEARNED = "learned"
    PRECISION = "precision"


@dataclass(frozen=True, slots=True)
class Version:
    """`card` and `comparison` hold plain JSON values; `has_file` False: it can no longer be put back."""

    number: int
    name: str
    state: VersionState
    origin: Origin
    card: Mapping[str, Any]
    comparison: Mapping[str, Any]
    corrections_to: int
    made_by: str
    made_at: datetime
    promoted_at: datetime | None
    has_file: bool


@dataclass(frozen=True, slots=True)
class Versions:
    """`champion_path` is the file that workers read; the others lie in `folder`."""

    engine: Engine
    champion_path: Path
    folder: Path
    tenant_id: str = "<default>"

    def add(
        self,
        model: "LinearClassifier",
        origin: Origin,
        *,
        made_by: str,
        corrections_to: int = 0,
        comparison: "Comparison | None" = None,
    ) -> Version:
        """Keep a model and its file; it is no champion yet."""
        from services.classification.model_file import save_model  # noqa: PLC0415 -- scikit-learn, for those who learn

        row = {
            "tenant_id": self.tenant_id,
            "name": model.name,
            "state": VersionState.REFUSED,
            "origin": origin,
            "card": json.dumps(model.card, ensure_ascii=False),
            "comparison": json.dumps(asdict(comparison)) if comparison else "",
            "corrections_to": corrections_to,
            "made_by": made_by[:200],
            "made_at": _now_ms(),
        }
        with self.engine.begin() as connection:
            key = connection.execute(insert(versions).values(**row)).inserted_primary_key
        assert key is not None, "the table has one"
        save_model(model, self.file(key[0]))
        self._clear_away()
        return self.version(key[0])

    def make_champion(self, number: int) -> Version:
        """Put a version in the champion's place.

        Raises:
            VersionNotFound: there is none of this number, or no file of it.
        """
        version = self.version(number)
        if not version.has_file:
            raise VersionNotFound(f"the file of classifier version {number} has been cleared away: train it again")
        self._place(self.file(number))
        with self.engine.begin() as connection:
            was = versions.c.state == VersionState.CHAMPION
            connection.execute(update(versions).where(self._mine, was).values(state=VersionState.BEATEN))
            now = {"state": VersionState.CHAMPION, "promoted_at": _now_ms()}
            connection.execute(update(versions).where(self._mine, versions.c.number == number).values(**now))
        return self.version(number)

    def version(self, number: int) -> Version:
        """Raises `VersionNotFound`."""
        with self.engine.connect() as connection:
            row = connection.execute(select(versions).where(self._mine, versions.c.number == number)).mappings().first()
        if row is None:
            raise VersionNotFound(f"there is no classifier version {number}")
        return self._of_row(row)

    def champion(self) -> Version | None:
        with self.engine.connect() as connection:
            query = select(versions).where(self._mine, versions.c.state == VersionState.CHAMPION)
            row = connection.execute(query).mappings().first()
        return None if row is None else self._of_row(row)

    def latest(self, limit: int = 50) -> Sequence[Version]:
        """The newest first."""
        with self.engine.connect() as connection:
            newest = select(versions).where(self._mine).order_by(versions.c.number.desc()).limit(limit)
            rows = connection.execute(newest).mappings().all()
        return [self._of_row(row) for row in rows]

    @property
    def _mine(self) -> ColumnElement[bool]:
        return versions.c.tenant_id == self.tenant_id

    def file(self, number: int) -> Path:
        return self.folder / f"version-{number}.npz"

    def is_in_place(self) -> bool:
        """Whether the file that workers read is the champion's own: told by its bytes, for no model needs to be loaded."""
        champion = self.champion()
        own = self.file(champion.number) if champion else None
        return own is not None and own.exists() and filecmp.cmp(own, self.champion_path, shallow=False)

    def _place(self, source: Path) -> None:
        """Readers see the old file or the new one, never half of one."""
        with (
            tempfile.NamedTemporaryFile(dir=self.champion_path.parent, suffix=".npz", delete=False) as copy,
            source.open("rb") as file,
        ):
            shutil.copyfileobj(file, copy)
        Path(copy.name).replace(self.champion_path)

    def _clear_away(self) -> None:
        """Files of old versions; the champion's is kept however old it is."""
        champion = self.champion()
        kept = {each.number for each in self.latest(FILES_KEPT)} | ({champion.number} if champion else set())
        for path in self.folder.glob("version-*.npz"):
            digits = path.stem.removeprefix("version-")
            if digits.isdigit() and int(digits) not in kept:
                path.unlink(missing_ok=True)

    def _of_row(self, row: RowMapping) -> Version:
        return Version(
            number=row["number"],
            name=row["name"],
            state=VersionState(row["state"]),
            origin=Origin(row["origin"]),
            card=json.loads(row["card"]),
            comparison=json.loads(row["comparison"]) if row["comparison"] else {},
            corrections_to=row["corrections_to"],
            made_by=row["made_by"],
            made_at=_moment(row["made_at"]),
            promoted_at=None if row["promoted_at"] is None else _moment(row["promoted_at"]),
            has_file=self.file(row["number"]).is_file(),
        )


def _now_ms() -> int:
    return round(datetime.now(UTC).timestamp() * 1000)


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
