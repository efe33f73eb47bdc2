"""Whose tables the migrations make: the `MetaData` of every room that has some."""

from sqlalchemy import MetaData

import history.tables
import migrations.tables
import services.assistant.tables
import services.audit.tables
import services.background_work.tables
import services.changes.tables
import services.classification.tables
import services.crm.connectors.tables
import services.crm.tables
import services.directories.tables
import services.finance.tables
import services.identity.tables
import services.knowledge.tables
import services.llm.tables
import services.mail.tables
import services.modelling.tables
import services.notifications.tables
import services.portal.tables
import services.related.tables
import services.reports.tables
import services.sla.tables
import zeebe.exporter_sink.tables

TARGETS: list[MetaData] = [
    history.tables.metadata,
    migrations.tables.metadata,
    services.background_work.tables.metadata,
    services.audit.tables.metadata,
    services.changes.tables.metadata,
    services.classification.tables.metadata,
    services.crm.tables.metadata,
    services.finance.tables.metadata,
    services.crm.connectors.tables.metadata,
    services.directories.tables.metadata,
    services.identity.tables.metadata,
    services.mail.tables.metadata,
    services.modelling.tables.metadata,
    services.portal.tables.metadata,
    services.notifications.tables.metadata,
    services.related.tables.metadata,
    services.reports.tables.metadata,
    services.sla.tables.metadata,
    zeebe.exporter_sink.tables.metadata,
    services.llm.tables.metadata,
    services.knowledge.tables.metadata,
    services.assistant.tables.metadata,
]
