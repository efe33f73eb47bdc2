"""What a database remembers about its own way: each step, and whether code from before it may go on beside it."""

from sqlalchemy import BigInteger, Boolean, Column, MetaData, String, Table

metadata = MetaData()

schema_step = Table(
    "schema_step",
    metadata,
    Column("revision", String(32), primary_key=True),
    Column("only_adds", Boolean, nullable=False),
    Column("taken_at", BigInteger, nullable=False),
)
