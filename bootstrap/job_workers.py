"""Job workers with their ports, and the classifier they share."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from bootstrap.changes import change_applier, change_desk
from bootstrap.connections import ticket_desk
from bootstrap.finance import accounting, close_notifier, close_reports, finance
from bootstrap.models import patient_endpoints
from bootstrap.shared_sync import QuickDatabase, Secured, SecuredGateway
from bootstrap.sla import sla_desk, sla_ports
from bootstrap.tenants import for_every_tenant, tenant_folder
from services.identity import DEFAULT_TENANT
from settings import Settings
from zeebe.client import ZeebeClient
from zeebe.job import JobWorker

if TYPE_CHECKING:
    from bootstrap.assistant import Assistant
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


def workers(settings: Settings, engine: Engine, client: ZeebeClient, quick: QuickDatabase | None = None) -> list[JobWorker]:
    """Every job worker, for every tenant; decisions are asked of the gateway behind `client`.

    What is written for every ticket goes by `quick`, where there is one.
    """
    # scikit-learn comes with it, as above.
    from bootstrap.assistant import assistant  # noqa: PLC0415

    # All ask the same endpoints: what one learns of a model that is away or slow, the others need not learn again.
    endpoints = patient_endpoints(settings)

    def of_tenant(tenant_id: str) -> list[JobWorker]:
        theirs = client.of_tenant(tenant_id)
        if quick is None:
            return _workers_of(settings, engine, theirs, tenant_id, assistant(settings, engine, theirs, endpoints, tenant_id))
        helper = assistant(settings, quick.engine, theirs, endpoints, tenant_id)
        # The classifying worker waits for the disk only for a ticket that a model read: by itself it writes nothing.
        helper = replace(helper, gateway=SecuredGateway(helper.gateway, quick.secure))
        return [_quickly(each, quick, tenant_id) for each in _workers_of(settings, engine, theirs, tenant_id, helper)]

    return for_every_tenant(of_tenant)


def _workers_of(
    settings: Settings, engine: Engine, client: ZeebeClient, tenant_id: str, helper: "Assistant"
) -> list[JobWorker]:
    """The job workers over one tenant's rows."""
    from bootstrap.assistant import LlmClassifier, hears_reply  # noqa: PLC0415 -- as above
    from bootstrap.learning import record_champion  # noqa: PLC0415 -- it needs this module's place of the classifier
    from services.classification import SqlCorrections  # noqa: PLC0415 -- as above
    from workers.main import change_workers, close_workers, job_workers  # noqa: PLC0415 -- as above

    local = classifier(settings, tenant_id)
    # Here, where scikit-learn is at hand: whoever opened the classifier's page first waited a second for it.
    record_champion(settings, engine, tenant_id)
    changes = change_desk(settings, engine, lambda: client, tenant_id)
    return [
        *job_workers(
            ticket_desk(engine, tenant_id),
            local,
            sla_ports(settings, engine, client, tenant_id),
            drafter=helper.drafter,
            models=LlmClassifier(helper.gateway, local),
            hears_reply=hears_reply(settings, engine, tenant_id),
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


def _quickly(worker: JobWorker, quick: QuickDatabase, tenant_id: str) -> JobWorker:
    """A worker that writes for every ticket, over connections that wait for the disk together; any other as it is."""
    from workers.sla_escalation.compute_sla_targets import ComputeSlaTargets  # noqa: PLC0415 -- as above
    from workers.ticket_triage.assign_ticket import AssignTicket  # noqa: PLC0415 -- as above
    from workers.ticket_triage.suggest_reply import SuggestReply  # noqa: PLC0415 -- as above

    match worker:
        case AssignTicket():
            hastier: JobWorker = replace(worker, desk=ticket_desk(quick.engine, tenant_id))
        case ComputeSlaTargets():
            hastier = replace(worker, desk=sla_desk(quick.engine, tenant_id))
        case SuggestReply():
            # Its drafter was made over these connections.
            hastier = worker
        case _:
            return worker
    return Secured(hastier, quick.secure)
