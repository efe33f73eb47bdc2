"""Documents and passages with their full-text index, and drafts of replies."""

import sqlalchemy as sa
from alembic import op

revision = "0008_knowledge"
down_revision = "0007_llm"
branch_labels = None
depends_on = None

SQLITE_INDEX = (
    """CREATE VIRTUAL TABLE knowledge_index
    USING fts5(stems, content='knowledge_passage', content_rowid='number', tokenize='unicode61 remove_diacritics 0')""",
    """CREATE TRIGGER knowledge_index_added AFTER INSERT ON knowledge_passage BEGIN
    INSERT INTO knowledge_index (rowid, stems) VALUES (new.number, new.stems); END""",
    """CREATE TRIGGER knowledge_index_removed AFTER DELETE ON knowledge_passage BEGIN
    INSERT INTO knowledge_index (knowledge_index, rowid, stems) VALUES ('delete', old.number, old.stems); END""",
)
POSTGRES_INDEX = ("CREATE INDEX knowledge_index ON knowledge_passage USING gin (to_tsvector('simple', stems))",)


def upgrade() -> None:
    op.create_table(
        "knowledge_document",
        sa.Column("document_id", sa.String(32), primary_key=True),
        sa.Column("tenant_id", sa.String(255), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("file_name", sa.String(300), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("pages", sa.Integer, nullable=False),
        sa.Column("passages", sa.Integer, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("problem", sa.Text, nullable=False),
        sa.Column("added_by", sa.String(64), nullable=False),
        sa.Column("added_at", sa.BigInteger, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("tenant_id", "sha256", name="knowledge_document_once"),
    )
    op.create_index("knowledge_document_by_time", "knowledge_document", ["tenant_id", "kind", "added_at"])
    op.create_index("knowledge_document_by_state", "knowledge_document", ["state", "seen_at"])
    op.create_table(
        "knowledge_passage",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("tenant_id", sa.String(255), nullable=False),
        sa.Column(
            "document_id", sa.String(32), sa.ForeignKey("knowledge_document.document_id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("page", sa.Integer, nullable=False),
        sa.Column("heading", sa.String(200), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("stems", sa.Text, nullable=False),
    )
    op.create_index("knowledge_passage_of_document", "knowledge_passage", ["document_id", "place"])
    op.create_table(
        "knowledge_vector",
        sa.Column(
            "passage_number", sa.Integer, sa.ForeignKey("knowledge_passage.number", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("model", sa.String(200), primary_key=True),
        sa.Column("vector", sa.LargeBinary, nullable=False),
    )
    for statement in POSTGRES_INDEX if op.get_bind().dialect.name == "postgresql" else SQLITE_INDEX:
        op.execute(statement)
    op.create_table(
        "assistant_draft",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("tenant_id", sa.String(255), nullable=False),
        sa.Column("request_id", sa.String(64), nullable=False),
        sa.Column("ticket_id", sa.String(64), nullable=False),
        sa.Column("category", sa.String(100), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("citations", sa.Text, nullable=False),
        sa.Column("confidence", sa.Float, nullable=False),
        sa.Column("model", sa.String(200), nullable=False),
        sa.Column("prompt", sa.String(100), nullable=False),
        sa.Column("prompt_version", sa.Integer, nullable=False),
        sa.Column("call_id", sa.String(64), nullable=False),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("decided_by", sa.String(64), nullable=False),
        sa.Column("likeness", sa.Float),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("tenant_id", "request_id", name="assistant_draft_once"),
    )
    op.create_index("assistant_draft_by_time", "assistant_draft", ["tenant_id", "created_at"])
    op.create_index("assistant_draft_by_verdict", "assistant_draft", ["tenant_id", "verdict", "number"])


def downgrade() -> None:
    op.drop_table("assistant_draft")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE knowledge_index")
    op.drop_table("knowledge_vector")
    op.drop_table("knowledge_passage")
    op.drop_table("knowledge_document")
