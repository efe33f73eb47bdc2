"""The tables of change sets."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

change_set = Table(
    "change_set",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("set_id", String(32), nullable=False, unique=True),
    Column("tenant_id", String(255), nullable=False),
    # The set's own id where the author gave none: then nothing comes twice.
    Column("request_id", String(200), nullable=False),
    Column("title", String(200), nullable=False),
    Column("why", Text, nullable=False),
    Column("author_kind", String(20), nullable=False),
    Column("author_name", String(200), nullable=False),
    Column("author_model", String(200), nullable=False),
    Column("state", String(20), nullable=False),
    Column("reverts_set_id", String(32), nullable=False),
    Column("process_instance_key", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("tenant_id", "request_id", name="change_set_once"),
)
Index("change_set_by_state", change_set.c.tenant_id, change_set.c.state, change_set.c.number)

change_item = Table(
    "change_item",
    metadata,
    Column("item_id", String(40), primary_key=True),
    Column("set_id", String(32), ForeignKey("change_set.set_id", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("system", String(200), nullable=False),
    Column("record", String(200), nullable=False),
    Column("record_label", String(400), nullable=False),
    Column("field", String(200), nullable=False),
    # JSON texts.
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("current", Text, nullable=False),
    Column("decisions", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("confidence", Float),
    # A decimal as text: no database rounds it.
    Column("amount", String(60)),
    Column("is_filled_by_hand", Boolean, nullable=False),
    Column("state", String(20), nullable=False),
    Column("requirement", String(20)),
    Column("policy_reason", String(200), nullable=False),
    Column("problem", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("sent_at", BigInteger),
    Column("generation", Integer, nullable=False),
    Column("reverts_item_id", String(40), nullable=False),
    Column("revision", Integer, nullable=False),
)
Index("change_item_by_set", change_item.c.set_id, change_item.c.position)
Index("change_item_reverts", change_item.c.reverts_item_id)

change_event = Table(
    "change_event",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("set_id", String(32), ForeignKey("change_set.set_id", ondelete="CASCADE"), nullable=False),
    Column("item_id", String(40), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("actor", String(200), nullable=False),
    Column("action", String(30), nullable=False),
    Column("detail", Text, nullable=False),
    Column("model", String(200), nullable=False),
)
Index("change_event_by_set", change_event.c.set_id, change_event.c.number)

change_announcement = Table(
    "change_announcement",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("message_id", String(200), nullable=False, unique=True),
    Column("tenant_id", String(255), nullable=False),
    Column("name", String(100), nullable=False),
    Column("correlation_key", String(100), nullable=False),
    Column("variables", Text, nullable=False),
    Index("change_announcement_by_tenant", "tenant_id", "number"),
)
