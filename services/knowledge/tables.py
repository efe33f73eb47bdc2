"""The tables of documents and passages. Moments are milliseconds since 1970 (UTC).

Passages are found by their stems: on SQLite through an FTS5 index kept by triggers, on PostgreSQL through a GIN index over
tsvector. Both hold stems made by us, so that English and Russian words are found alike on either.
"""

from sqlalchemy import (
    DDL,
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    event,
)

metadata = MetaData()

documents = Table(
    "knowledge_document",
    metadata,
    Column("document_id", String(32), primary_key=True),
    Column("tenant_id", String(255), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("title", String(300), nullable=False),
    Column("file_name", String(300), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("language", String(8), nullable=False),
    Column("pages", Integer, nullable=False),
    Column("passages", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("problem", Text, nullable=False),
    Column("added_by", String(64), nullable=False),
    Column("added_at", BigInteger, nullable=False),
    # The last sign of life of whoever reads it.
    Column("seen_at", BigInteger, nullable=False),
    UniqueConstraint("tenant_id", "sha256", name="knowledge_document_once"),
    Index("knowledge_document_by_time", "tenant_id", "kind", "added_at"),
    Index("knowledge_document_by_state", "state", "seen_at"),
)

passages = Table(
    "knowledge_passage",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("tenant_id", String(255), nullable=False),
    Column("document_id", ForeignKey("knowledge_document.document_id", ondelete="CASCADE"), nullable=False),
    Column("place", Integer, nullable=False),
    Column("page", Integer, nullable=False),
    Column("heading", String(200), nullable=False),
    Column("text", Text, nullable=False),
    Column("stems", Text, nullable=False),
    Index("knowledge_passage_of_document", "document_id", "place"),
)

vectors = Table(
    "knowledge_vector",
    metadata,
    Column("passage_number", ForeignKey("knowledge_passage.number", ondelete="CASCADE"), primary_key=True),
    Column("model", String(200), primary_key=True),
    Column("vector", LargeBinary, nullable=False),
)

# The migration says the same; tests that make tables without it need it here.
SQLITE_INDEX = (
    """CREATE VIRTUAL TABLE knowledge_index
    USING fts5(stems, content='knowledge_passage', content_rowid='number', tokenize='unicode61 remove_diacritics 0')""",
    """CREATE TRIGGER knowledge_index_added AFTER INSERT ON knowledge_passage BEGIN
    INSERT INTO knowledge_index (rowid, stems) VALUES (new.number, new.stems); END""",
    """CREATE TRIGGER knowledge_index_removed AFTER DELETE ON knowledge_passage BEGIN
    INSERT INTO knowledge_index (knowledge_index, rowid, stems) VALUES ('delete', old.number, old.stems); END""",
)
POSTGRES_INDEX = ("CREATE INDEX knowledge_index ON knowledge_passage USING gin (to_tsvector('simple', stems))",)


def _after_passages(statements: tuple[str, ...], dialect: str) -> None:
    for statement in statements:
        ddl = DDL(statement)  # type: ignore[no-untyped-call]  # SQLAlchemy's
        event.listen(passages, "after_create", ddl.execute_if(dialect=dialect))


_after_passages(SQLITE_INDEX, "sqlite")
_after_passages(POSTGRES_INDEX, "postgresql")
