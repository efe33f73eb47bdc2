"""Documents and passages in SQL, on SQLite or PostgreSQL."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    RowMapping,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from services.knowledge.documents import Document, DocumentNotFound, DocumentState, NewDocument, Part, StoredPassage
from services.knowledge.stems import stems as stems_of
from services.knowledge.tables import documents, passages, vectors

SILENT_AFTER = timedelta(minutes=5)
# The columns in the order of `StoredPassage`.
_PASSAGES = select(
    passages.c.number,
    passages.c.document_id,
    documents.c.title,
    documents.c.kind,
    documents.c.language,
    passages.c.page,
    passages.c.heading,
    passages.c.text,
    passages.c.stems,
).join(documents, documents.c.document_id == passages.c.document_id)
_PASSAGES_OF_NUMBERS = _PASSAGES.where(
    passages.c.tenant_id == bindparam("of_tenant"), passages.c.number.in_(bindparam("numbers", expanding=True))
)


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class SqlLibrary:
    """`Library` of one tenant."""

    engine: Engine
    tenant_id: str = "<default>"
    clock: Callable[[], datetime] = _now

    def add(self, document: NewDocument) -> tuple[Document, bool]:
        now = _ms(self.clock())
        row: dict[str, Any] = {
            "document_id": uuid.uuid4().hex,
            "tenant_id": self.tenant_id,
            "kind": document.kind,
            "title": document.title[:300],
            "file_name": document.file_name[:300],
            "sha256": document.sha256,
            "size": document.size,
            "language": "",
            "pages": 0,
            "passages": 0,
            "state": DocumentState.WAITING,
            "problem": "",
            "added_by": document.added_by[:64],
            "added_at": now,
            "seen_at": now,
        }
        dialect = postgresql if self.engine.dialect.name == "postgresql" else sqlite
        with self.engine.begin() as connection:
            new = dialect.insert(documents).values(**row).on_conflict_do_nothing().returning(documents.c.document_id)
            is_new = connection.scalar(new) is not None
            same = select(documents).where(self._mine(), documents.c.sha256 == document.sha256)
            return _document(connection.execute(same).mappings().one()), is_new

    def documents(self, *, kind: str | None = None, limit: int = 200) -> Sequence[Document]:
        query = select(documents).where(self._mine()).order_by(documents.c.added_at.desc(), documents.c.document_id)
        query = query if kind is None else query.where(documents.c.kind == kind)
        with self.engine.connect() as connection:
            return [_document(row) for row in connection.execute(query.limit(limit)).mappings()]

    def document(self, document_id: str) -> Document:
        with self.engine.connect() as connection:
            row = connection.execute(select(documents).where(self._one(document_id))).mappings().first()
        if row is None:
            raise DocumentNotFound(document_id)
        return _document(row)

    def passages(self, document_id: str) -> Sequence[StoredPassage]:
        return self._passages(passages.c.document_id == document_id, order=passages.c.place)

    def remove(self, document_id: str) -> None:
        self.document(document_id)
        with self.engine.begin() as connection:
            # One by one and not by the cascade, which would pass the index by.
            connection.execute(delete(passages).where(passages.c.document_id == document_id))
            connection.execute(delete(documents).where(self._one(document_id)))

    def due(self) -> Sequence[str]:
        with self.engine.connect() as connection:
            return list(connection.scalars(select(documents.c.document_id).where(self._mine(), self._is_free())))

    def claim(self, document_id: str) -> Document | None:
        with self.engine.begin() as connection:
            taken = connection.execute(
                update(documents)
                .where(self._one(document_id), self._is_free())
                .values(state=DocumentState.READING, seen_at=_ms(self.clock()))
            )
        return self.document(document_id) if taken.rowcount == 1 else None

    def fill(self, document_id: str, parts: Sequence[Part], *, language: str, pages: int, title: str = "") -> None:
        named = (title or self.document(document_id).title)[:300]
        rows = [
            {
                "tenant_id": self.tenant_id,
                "document_id": document_id,
                "place": place,
                "page": part.page,
                "heading": part.heading[:200],
                "text": part.text,
                # The title and heading say what the passage is about.
                "stems": " ".join(stems_of(f"{named}\n{part.heading}\n{part.heading}\n{part.text}")),
            }
            for place, part in enumerate(parts)
        ]
        with self.engine.begin() as connection:
            connection.execute(delete(passages).where(passages.c.document_id == document_id))
            if rows:
                connection.execute(insert(passages), rows)
            ready = {"state": DocumentState.READY, "problem": "", "title": named, "language": language, "pages": pages}
            connection.execute(update(documents).where(self._one(document_id)).values(**ready, passages=len(rows)))

    def fail(self, document_id: str, problem: str) -> None:
        with self.engine.begin() as connection:
            failed = update(documents).where(self._one(document_id), documents.c.state != DocumentState.READY)
            connection.execute(failed.values(state=DocumentState.FAILED, problem=problem[:1000]))

    def matching(self, stems: Sequence[str], limit: int) -> Sequence[StoredPassage]:
        if not stems:
            return []
        with self.engine.connect() as connection:
            found = connection.execute(self._ranked(), {**self._asked(stems), "tenant": self.tenant_id, "limit": limit})
            return self._of_numbers(connection, [int(row[0]) for row in found])

    def with_ids(self, passage_ids: Sequence[int]) -> Sequence[StoredPassage]:
        with self.engine.connect() as connection:
            return self._of_numbers(connection, passage_ids)

    def _of_numbers(self, connection: Connection, numbers: Sequence[int]) -> list[StoredPassage]:
        if not numbers:
            return []
        found = connection.execute(_PASSAGES_OF_NUMBERS, {"of_tenant": self.tenant_id, "numbers": list(numbers)})
        known = {row[0]: _passage(row) for row in found}
        return [known[number] for number in numbers if number in known]

    def vectors(self, model: str) -> tuple[Sequence[int], bytes]:
        query = (
            select(vectors.c.passage_number, vectors.c.vector)
            .join(passages, passages.c.number == vectors.c.passage_number)
            .where(vectors.c.model == model, passages.c.tenant_id == self.tenant_id)
            .order_by(vectors.c.passage_number)
        )
        with self.engine.connect() as connection:
            rows = connection.execute(query).all()
        return [row[0] for row in rows], b"".join(row[1] for row in rows)

    def without_vector(self, model: str, limit: int) -> Sequence[StoredPassage]:
        known = select(vectors.c.passage_number).where(vectors.c.model == model)
        return self._passages(passages.c.number.not_in(known), order=passages.c.number, limit=limit)

    def put_vectors(self, model: str, vectors_of: Sequence[tuple[int, bytes]]) -> None:
        dialect = postgresql if self.engine.dialect.name == "postgresql" else sqlite
        rows = [{"passage_number": number, "model": model, "vector": vector} for number, vector in vectors_of]
        if rows:
            with self.engine.begin() as connection:
                connection.execute(dialect.insert(vectors).values(rows).on_conflict_do_nothing())

    def _ranked(self) -> Any:  # noqa: ANN401 -- text in the database's own dialect
        if self.engine.dialect.name == "postgresql":
            return text(
                "SELECT number FROM knowledge_passage, to_tsquery('simple', :question) AS question "
                "WHERE to_tsvector('simple', stems) @@ question AND tenant_id = :tenant "
                "ORDER BY ts_rank_cd(to_tsvector('simple', stems), question, 1) DESC, number LIMIT :limit"
            )
        return text(
            "SELECT knowledge_index.rowid FROM knowledge_index JOIN knowledge_passage ON number = knowledge_index.rowid "
            "WHERE knowledge_index MATCH :question AND tenant_id = :tenant ORDER BY bm25(knowledge_index), number LIMIT :limit"
        )

    def _asked(self, stems: Sequence[str]) -> dict[str, str]:
        """Stems are letters and digits alone, so neither query language finds a sign of its own in them."""
        if self.engine.dialect.name == "postgresql":
            return {"question": " | ".join(f"'{stem}'" for stem in stems)}
        return {"question": " OR ".join(f'"{stem}"' for stem in stems)}

    def _passages(
        self, where: ColumnElement[bool], *, order: ColumnElement[Any], limit: int | None = None
    ) -> list[StoredPassage]:
        query = _PASSAGES.where(passages.c.tenant_id == self.tenant_id, where).order_by(order).limit(limit)
        with self.engine.connect() as connection:
            return [_passage(row) for row in connection.execute(query)]

    def _mine(self) -> ColumnElement[bool]:
        return documents.c.tenant_id == self.tenant_id

    def _one(self, document_id: str) -> ColumnElement[bool]:
        return and_(self._mine(), documents.c.document_id == document_id)

    def _is_free(self) -> ColumnElement[bool]:
        silent = documents.c.seen_at < _ms(self.clock() - SILENT_AFTER)
        return or_(documents.c.state == DocumentState.WAITING, and_(documents.c.state == DocumentState.READING, silent))


def count_ready(engine: Engine) -> int:
    """How many documents can be searched."""
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).where(documents.c.state == DocumentState.READY)) or 0


def _document(row: RowMapping) -> Document:
    return Document(
        document_id=row["document_id"],
        title=row["title"],
        file_name=row["file_name"],
        kind=row["kind"],
        sha256=row["sha256"],
        size=row["size"],
        language=row["language"],
        pages=row["pages"],
        passages=row["passages"],
        state=DocumentState(row["state"]),
        problem=row["problem"],
        added_by=row["added_by"],
        added_at=datetime.fromtimestamp(row["added_at"] / 1000, UTC),
    )


def _passage(row: Sequence[Any]) -> StoredPassage:
    number, document_id, title, kind, language, page, heading, text_, kept = row
    return StoredPassage(number, document_id, title, kind, language, page, heading, text_, _stem_set(kept))


@lru_cache(maxsize=10_000)
def _stem_set(kept: str) -> frozenset[str]:
    """Of one passage; the same few are found for many questions."""
    return frozenset(kept.split())


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
