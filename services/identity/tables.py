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
    # Of an account that an identity provider vouches for: whose word it is, and its name for the account.
    Column("issuer", String(400)),
    Column("subject", String(255)),
    Index("account_by_tenant", "tenant_id", "username"),
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
    # The identity provider's name for the session; when it ends there, it ends here.
    Column("provider_session", String(255)),
    # When it was told of another session of the same person's, so that this one must be asked about.
    Column("doubted_at", BigInteger),
    Index("account_session_by_account", "account_id"),
    Index("account_session_by_provider", "provider_session"),
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

# Browsers on their way to an identity provider and back.
pending_sign_in = Table(
    "pending_sign_in",
    metadata,
    Column("state_hash", String(64), primary_key=True),
    Column("browser_hash", String(64), nullable=False),
    Column("goal", String(2000), nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Index("pending_sign_in_by_expiry", "expires_at"),
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
