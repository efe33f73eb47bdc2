"""The only room that knows which adapter stands behind which port.

Each function builds one part from the settings; nothing here is kept, so a process builds just what it needs. It loads just
that, too: a part's module is imported when the part is first asked for, since all of them together take seconds.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bootstrap.audit import audit_tasks
    from bootstrap.background import background_tasks
    from bootstrap.background_work import celery_worker
    from bootstrap.backups import offer_backups
    from bootstrap.connections import (
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
    from bootstrap.tenant_models import LeftBehind, deploy_shipped_models

_PLACES = {
    "LeftBehind": "bootstrap.tenant_models",
    "add_shipped_articles": "bootstrap.knowledge",
    "api_services": "bootstrap.pages",
    "audit_tasks": "bootstrap.audit",
    "background_tasks": "bootstrap.background",
    "build_report": "bootstrap.reports",
    "celery_worker": "bootstrap.background_work",
    "classifier": "bootstrap.job_workers",
    "classifier_path": "bootstrap.job_workers",
    "crm_factory": "bootstrap.crm",
    "deploy_shipped_models": "bootstrap.tenant_models",
    "ensure_administrator": "bootstrap.connections",
    "examples_path": "bootstrap.learning",
    "give_vectors": "bootstrap.knowledge",
    "identities": "bootstrap.connections",
    "knowledge_reader": "bootstrap.knowledge",
    "knowledge_search": "bootstrap.knowledge",
    "mail_intake": "bootstrap.mail",
    "needs_practice_model": "bootstrap.models",
    "offer_backups": "bootstrap.backups",
    "open_database": "bootstrap.connections",
    "practice_address_file": "bootstrap.models",
    "project_records": "bootstrap.records",
    "receive_mail": "bootstrap.mail",
    "record_source": "bootstrap.connections",
    "secret_key": "bootstrap.connections",
    "sql_engine": "bootstrap.connections",
    "sync_connection": "bootstrap.crm",
    "ticket_desk": "bootstrap.connections",
    "upgrade_database": "bootstrap.connections",
    "workers": "bootstrap.job_workers",
    "zeebe_client": "bootstrap.connections",
}


def __getattr__(name: str) -> object:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_PLACES[name]), name)


__all__ = [
    "LeftBehind",
    "add_shipped_articles",
    "api_services",
    "audit_tasks",
    "background_tasks",
    "build_report",
    "celery_worker",
    "classifier",
    "classifier_path",
    "crm_factory",
    "deploy_shipped_models",
    "ensure_administrator",
    "examples_path",
    "give_vectors",
    "identities",
    "knowledge_reader",
    "knowledge_search",
    "mail_intake",
    "needs_practice_model",
    "offer_backups",
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
