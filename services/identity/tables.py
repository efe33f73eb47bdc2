"""Tables of local accounts. Moments are milliseconds since 1970 (UTC); secrets are kept as hashes only."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, MetaData, String, Table

metadata = MetaData()

account = Table(
    "account",
    metadata,
    Column("account_id", String(32), primary_key=True),
    Column("tenant_id", String(255), nullable=False),
    Column("username", String(64), nullable=False, unique=True),
    Column("display_name", String(200), nullable=False),
    Column("password_hash", String(255), nullable=False),
    Column("language", String(16)),
    Column("is_active", Boolean, nullable=False),
    Column("must_change_password", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

account_role = Table(
    "account_role",
    metadata,
    Column("account_id", ForeignKey(account.c.account_id, ondelete="CASCADE"), primary_key=True),
    Column("role", String(32), primary_key=True),
)

account_group = Table(
    "account_group",
    metadata,
    Column("account_id", ForeignKey(account.c.account_id, ondelete="CASCADE"), primary_key=True),
    Column("group_name", String(200), primary_key=True),
)

session = Table(
    "account_session",
    metadata,
    # SHA-256 of the session id: whoever reads this table cannot become anybody.
    Column("session_hash", String(64), primary_key=True),
    Column("account_id", ForeignKey(account.c.account_id, ondelete="CASCADE"), nullable=False),
    Column("address", String(64), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Index("account_session_by_account", "account_id"),
    Index("account_session_by_expiry", "expires_at"),
)

api_token = Table(
    "api_token",
    metadata,
    Column("token_id", String(32), primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("account_id", ForeignKey(account.c.account_id, ondelete="CASCADE"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("hint", String(16), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("last_used_at", BigInteger),
    Index("api_token_by_account", "account_id"),
)

# Failed sign-ins, counted by account and by address within a window of time.
sign_in_failure = Table(
    "sign_in_failure",
    metadata,
    # "account:<username>" or "address:<address>".
    Column("subject", String(200), primary_key=True),
    Column("window_started_at", BigInteger, primary_key=True),
    Column("failures", Integer, nullable=False),
)
