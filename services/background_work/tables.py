"""Tables of background work. Moments are milliseconds since 1970 (UTC)."""

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, String, Table, Text

metadata = MetaData()

background_task = Table(
    "background_task",
    metadata,
    Column("task_id", String(32), primary_key=True),
    Column("tenant_id", String(255), nullable=False),
    Column("name", String(100), nullable=False),
    # What the task is about: an id, never its content.
    Column("subject_id", String(200), nullable=False),
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("queued_at", BigInteger, nullable=False),
    # Not to be run before.
    Column("due_at", BigInteger, nullable=False),
    # When the queue is given its id next, unless a worker has claimed it by then; and how often that has been done.
    Column("send_at", BigInteger, nullable=False),
    Column("sends", Integer, nullable=False),
    Column("started_at", BigInteger),
    # A claim that is not renewed until then was made by a worker that is gone.
    Column("claimed_until", BigInteger),
    Column("ended_at", BigInteger),
    Column("worker", String(200), nullable=False),
    Column("error", Text, nullable=False),
    Index("background_task_to_send", "state", "send_at"),
    Index("background_task_claimed", "state", "claimed_until"),
    Index("background_task_ended", "state", "ended_at"),
    Index("background_task_by_tenant", "tenant_id", "state", "ended_at"),
)

background_schedule = Table(
    "background_schedule",
    metadata,
    Column("name", String(100), primary_key=True),
    Column("started_at", BigInteger, nullable=False),
    Column("claimed_until", BigInteger, nullable=False),
    # The token of the beat that asked for the last run: an older beat's request is refused.
    Column("token", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("runs", BigInteger, nullable=False),
    # In a row, until one succeeds.
    Column("failures", Integer, nullable=False),
    Column("worker", String(200), nullable=False),
    Column("error", Text, nullable=False),
)

background_lease = Table(
    "background_lease",
    metadata,
    Column("name", String(100), primary_key=True),
    Column("holder", String(200), nullable=False),
    # Grows with every change of hands.
    Column("token", BigInteger, nullable=False),
    Column("held_until", BigInteger, nullable=False),
)
