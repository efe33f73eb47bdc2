"""Whose tables the migrations make: the `MetaData` of every room that has some."""

from sqlalchemy import MetaData

import history.tables
import services.crm.tables

TARGETS: list[MetaData] = [history.tables.metadata, services.crm.tables.metadata]
