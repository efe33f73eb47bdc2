"""The only room that knows which adapter stands behind which port.

Each function builds one part from the settings; nothing here is kept, so a process builds just what it needs.
"""

from bootstrap.background import background_tasks
from bootstrap.background_work import celery_worker
from bootstrap.connections import (
    deploy,
    ensure_administrator,
    identities,
    open_database,
    record_source,
    secret_key,
    sql_engine,
    ticket_desk,
    upgrade_database,
    zeebe_client,
)
from bootstrap.crm import crm_factory, sync_connection
from bootstrap.job_workers import classifier, classifier_path, workers
from bootstrap.knowledge import add_shipped_articles, give_vectors, knowledge_reader, knowledge_search
from bootstrap.learning import examples_path
from bootstrap.mail import mail_intake, receive_mail
from bootstrap.models import needs_practice_model, practice_address_file
from bootstrap.pages import api_services
from bootstrap.records import project_records
from bootstrap.reports import build_report

__all__ = [
    "add_shipped_articles",
    "api_services",
    "background_tasks",
    "build_report",
    "celery_worker",
    "classifier",
    "classifier_path",
    "crm_factory",
    "deploy",
    "ensure_administrator",
    "examples_path",
    "give_vectors",
    "identities",
    "knowledge_reader",
    "knowledge_search",
    "mail_intake",
    "needs_practice_model",
    "open_database",
    "practice_address_file",
    "project_records",
    "receive_mail",
    "record_source",
    "secret_key",
    "sql_engine",
    "sync_connection",
    "ticket_desk",
    "upgrade_database",
    "workers",
    "zeebe_client",
]
