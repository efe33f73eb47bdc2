"""Whose tables the migrations make: the `MetaData` of every room that has some."""

from sqlalchemy import MetaData

import history.tables
import services.crm.tables
import services.identity.tables
import services.mail.tables
import services.modelling.tables
import services.portal.tables
import services.reports.tables

TARGETS: list[MetaData] = [
    history.tables.metadata,
    services.crm.tables.metadata,
    services.identity.tables.metadata,
    services.mail.tables.metadata,
    services.modelling.tables.metadata,
    services.portal.tables.metadata,
    services.reports.tables.metadata,
]
