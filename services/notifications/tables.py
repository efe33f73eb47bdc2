"""The tables of notifications. Moments are milliseconds since 1970 (UTC)."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, MetaData, String, Table, Text, UniqueConstraint

metadata = MetaData()

# One for each person who was told; `account_id` is empty for what the installation's own webhooks hear.
notification = Table(
    "notification",
    metadata,
    Column("notification_id", String(32), primary_key=True),
    Column("tenant_id", String(255), nullable=False),
    # Who told it: the same request never tells a person twice.
    Column("request_id", String(200), nullable=False),
    Column("account_id", String(32), nullable=False),
    Column("event", String(64), nullable=False),
    Column("subject_key", String(200), nullable=False),
    Column("values", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("read_at", BigInteger),
    UniqueConstraint("tenant_id", "request_id", "account_id", "event", name="notification_once"),
    Index("notification_by_account", "tenant_id", "account_id", "created_at", "notification_id"),
    Index("notification_by_age", "created_at"),
)

# The outbox and the log of it: one for each person, channel and address.
delivery = Table(
    "notification_delivery",
    metadata,
    Column("delivery_id", String(32), primary_key=True),
    Column("tenant_id", String(255), nullable=False),
    Column("notification_id", ForeignKey("notification.notification_id", ondelete="CASCADE"), nullable=False),
    Column("account_id", String(32), nullable=False),
    Column("event", String(64), nullable=False),
    Column("channel", String(16), nullable=False),
    # Empty: the e-mail address that the directory knows when it is sent.
    Column("address_id", String(32), nullable=False),
    Column("state", String(16), nullable=False),
    # Why it is not sent at once: "quiet" or "digest".
    Column("held", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    # What is sent as one message, under this id at every attempt.
    Column("batch_id", String(32), nullable=False),
    # Until when whoever sends it may be believed alive.
    Column("claimed_until", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Column("attempted_at", BigInteger),
    Column("sent_at", BigInteger),
    Column("last_error", String(300), nullable=False),
    Column("provider_id", String(300), nullable=False),
    UniqueConstraint("notification_id", "channel", "address_id", name="notification_delivery_once"),
    Index("notification_delivery_due", "tenant_id", "channel", "state", "due_at"),
    Index("notification_delivery_log", "tenant_id", "created_at", "delivery_id"),
)

# Where somebody can be reached; `account_id` is empty for webhooks of the installation.
address = Table(
    "notification_address",
    metadata,
    Column("address_id", String(32), primary_key=True),
    Column("tenant_id", String(255), nullable=False),
    Column("account_id", String(32), nullable=False),
    Column("channel", String(16), nullable=False),
    # An e-mail address, a chat's number, a push service's or receiver's URL.
    Column("address", Text, nullable=False),
    # Tells addresses apart without an index over long texts: SHA-256 of the address.
    Column("address_hash", String(64), nullable=False),
    # A webhook's signing secret, a browser's keys.
    Column("secret", Text, nullable=False),
    Column("label", String(200), nullable=False),
    # Which events a webhook of the installation hears, parted by spaces; empty for all.
    Column("events", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("verified_at", BigInteger),
    # Why nothing is sent there any more.
    Column("broken", String(300), nullable=False),
    UniqueConstraint("tenant_id", "account_id", "channel", "address_hash", name="notification_address_once"),
)

# One-time codes that prove an address; only hashes are kept.
link_code = Table(
    "notification_link_code",
    metadata,
    Column("code_hash", String(64), primary_key=True),
    Column("tenant_id", String(255), nullable=False),
    Column("account_id", String(32), nullable=False),
    # The address it proves; empty where whoever brings the code is the address (Telegram).
    Column("address_id", String(32), nullable=False),
    Column("failures", Integer, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Index("notification_link_code_by_account", "account_id"),
)

preference = Table(
    "notification_preference",
    metadata,
    Column("tenant_id", String(255), primary_key=True),
    Column("account_id", String(32), primary_key=True),
    Column("event", String(64), primary_key=True),
    Column("channel", String(16), primary_key=True),
    Column("mode", String(16), nullable=False),
)

profile = Table(
    "notification_profile",
    metadata,
    Column("tenant_id", String(255), primary_key=True),
    Column("account_id", String(32), primary_key=True),
    Column("zone_name", String(64), nullable=False),
    # "22:00"; empty without quiet hours.
    Column("quiet_from", String(5), nullable=False),
    Column("quiet_to", String(5), nullable=False),
    Column("digest", String(16), nullable=False),
    Column("digest_at", String(5), nullable=False),
)

# How far something has been read: Telegram's updates, the read models.
cursor = Table(
    "notification_cursor",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", String(300), nullable=False),
)
