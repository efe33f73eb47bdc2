"""The record log's tables. Records lie in chunks, as they came: newline-delimited JSON, compressed."""

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, MetaData, String, Table

metadata = MetaData()

exported_chunk = Table(
    "exported_chunk",
    metadata,
    Column("partition_id", Integer, primary_key=True, autoincrement=False),
    Column("last_position", BigInteger, primary_key=True, autoincrement=False),
    Column("first_position", BigInteger, nullable=False),
    Column("records", Integer, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("content", LargeBinary, nullable=False),
)

exported_partition = Table(
    "exported_partition",
    metadata,
    Column("partition_id", Integer, primary_key=True, autoincrement=False),
    Column("position", BigInteger, nullable=False),
    Column("timestamp", BigInteger, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("records", BigInteger, nullable=False),
)

# The exporter's counter of each value type: the next record of the type has the next number.
exported_counter = Table(
    "exported_counter",
    metadata,
    Column("partition_id", Integer, primary_key=True, autoincrement=False),
    Column("value_type", String(100), primary_key=True),
    Column("counter", BigInteger, nullable=False),
)

exported_gap = Table(
    "exported_gap",
    metadata,
    Column("partition_id", Integer, primary_key=True, autoincrement=False),
    Column("value_type", String(100), primary_key=True),
    Column("before_counter", BigInteger, primary_key=True, autoincrement=False),
    Column("after_counter", BigInteger, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("noticed_at", BigInteger, nullable=False),
)
