"""Job workers with their ports, and the classifier they share."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from bootstrap.changes import change_applier, change_desk
from bootstrap.connections import ticket_desk
from bootstrap.finance import accounting, close_notifier, close_reports, finance
from bootstrap.sla import sla_ports
from bootstrap.tenants import for_every_tenant, tenant_folder
from services.identity import DEFAULT_TENANT
from settings import Settings
from zeebe.client import ZeebeClient
from zeebe.job import JobWorker

if TYPE_CHECKING:
    from services.classification import ReloadingClassifier


def classifier_path(settings: Settings, tenant_id: str = DEFAULT_TENANT) -> Path:
    return tenant_folder(settings, tenant_id) / "classifier.npz"


def classifier(settings: Settings, tenant_id: str = DEFAULT_TENANT) -> "ReloadingClassifier":
    """A tenant's champion, as it is at each moment; where there is none yet, one trained on the shipped samples."""
    # scikit-learn takes a second to import, and only the workers need it.
    from services.classification import ReloadingClassifier, save_model, train  # noqa: PLC0415
    from services.crm.sample_tickets import training_examples  # noqa: PLC0415

    path = classifier_path(settings, tenant_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        save_model(train(*training_examples(), name="samples"), path)
    return ReloadingClassifier(path)


def workers(settings: Settings, engine: Engine, client: ZeebeClient) -> list[JobWorker]:
    """Every job worker, for every tenant; decisions are asked of the gateway behind `client`."""

    def of_tenant(tenant_id: str) -> list[JobWorker]:
        return _workers_of(settings, engine, client.of_tenant(tenant_id), tenant_id)

    return for_every_tenant(of_tenant)


def _workers_of(settings: Settings, engine: Engine, client: ZeebeClient, tenant_id: str) -> list[JobWorker]:
    """The job workers over one tenant's rows."""
    from bootstrap.assistant import LlmClassifier, assistant  # noqa: PLC0415 -- as above
    from services.classification import SqlCorrections  # noqa: PLC0415 -- as above
    from workers.main import change_workers, close_workers, job_workers  # noqa: PLC0415 -- as above

    local, helper = classifier(settings, tenant_id), assistant(settings, engine, client, tenant_id)
    changes = change_desk(settings, engine, lambda: client, tenant_id)
    return [
        *job_workers(
            ticket_desk(engine, tenant_id),
            local,
            sla_ports(settings, engine, client, tenant_id),
            drafter=helper.drafter,
            models=LlmClassifier(helper.gateway, local),
            hears_reply=helper.hears_reply,
            corrections=SqlCorrections(engine, tenant_id),
        ),
        *change_workers(changes, change_applier(changes)),
        *close_workers(
            finance(settings, engine, tenant_id),
            accounting(settings, tenant_id),
            close_notifier(settings, engine, tenant_id),
            close_reports(settings, engine, tenant_id),
        ),
    ]
