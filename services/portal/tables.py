"""Tables of the portal's sign-in. Moments are UTC without a zone; secrets are kept as hashes only."""

from sqlalchemy import Column, DateTime, Index, MetaData, String, Table

metadata = MetaData()

links = Table(
    "portal_link",
    metadata,
    Column("link_hash", String(64), primary_key=True),
    Column("tenant_id", String(100), nullable=False),
    Column("customer_key", String(320), nullable=False),
    # Where the request came from.
    Column("address", String(64), nullable=False),
    Column("created_at", DateTime, nullable=False),
    Column("expires_at", DateTime, nullable=False),
    Column("used_at", DateTime),
    Index("portal_link_by_customer", "tenant_id", "customer_key", "created_at"),
    Index("portal_link_by_address", "address", "created_at"),
)

sessions = Table(
    "portal_session",
    metadata,
    Column("session_hash", String(64), primary_key=True),
    Column("tenant_id", String(100), nullable=False),
    Column("customer_key", String(320), nullable=False),
    Column("created_at", DateTime, nullable=False),
    Column("expires_at", DateTime, nullable=False),
    Index("portal_session_by_expiry", "expires_at"),
)
