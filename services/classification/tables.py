"""The tables of what people said a ticket is about, and of the classifiers learned from it. Moments are milliseconds (UTC)."""

from sqlalchemy import BigInteger, Column, Float, Index, Integer, MetaData, String, Table, Text

metadata = MetaData()

# One row for each time a person named a ticket's category; the last one of a ticket counts.
corrections = Table(
    "classification_correction",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("tenant_id", String(255), nullable=False, server_default="<default>"),
    # Of the job or form that told it: told twice, it is kept once.
    Column("request_id", String(200), nullable=False, unique=True),
    Column("ticket_id", String(64), nullable=False),
    # Without personal data.
    Column("text", Text, nullable=False),
    Column("label", String(100), nullable=False),
    # What the classifier had said; empty where it could not answer.
    Column("suggested", String(100), nullable=False),
    Column("model", String(200), nullable=False),
    Column("confidence", Float),
    Column("made_by", String(200), nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Index("classification_correction_of", "ticket_id", "number"),
    Index("classification_correction_by_tenant", "tenant_id", "number"),
)

classifier_versions = Table(
    "classifier_version",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("tenant_id", String(255), nullable=False, server_default="<default>"),
    Column("name", String(200), nullable=False),
    # champion, beaten (it was one), refused (never was one)
    Column("state", String(16), nullable=False),
    # Why there is this version: trained, learned, precision.
    Column("origin", String(16), nullable=False),
    Column("card", Text, nullable=False),
    # Against the champion of that moment; empty where none was fought.
    Column("comparison", Text, nullable=False),
    # The last correction there was when it was learned.
    Column("corrections_to", Integer, nullable=False),
    Column("made_by", String(200), nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("promoted_at", BigInteger),
)
Index("classifier_version_by_state", classifier_versions.c.state)
Index("classifier_version_by_tenant", classifier_versions.c.tenant_id, classifier_versions.c.number)
