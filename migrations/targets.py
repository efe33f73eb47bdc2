"""Whose tables the migrations make: the `MetaData` of every room that has some."""

from sqlalchemy import MetaData

import history.tables

TARGETS: list[MetaData] = [history.tables.metadata]
