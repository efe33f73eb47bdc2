"""Job workers with their ports, and the classifier they share."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from bootstrap.changes import change_applier, change_desk
from bootstrap.connections import ticket_desk
from bootstrap.finance import accounting, close_notifier, close_reports, finance
from bootstrap.shared_sync import QuickDatabase, Secured
from bootstrap.sla import sla_desk, sla_ports
from settings import Settings
from zeebe.client import ZeebeClient
from zeebe.job import JobWorker

if TYPE_CHECKING:
    from services.classification import ReloadingClassifier


def classifier_path(settings: Settings) -> Path:
    return settings.data_dir / "classifier.npz"


def classifier(settings: Settings) -> "ReloadingClassifier":
    """The champion, as it is at each moment; where there is none yet, one trained on the shipped samples."""
    # scikit-learn takes a second to import, and only the workers need it.
    from services.classification import ReloadingClassifier, save_model, train  # noqa: PLC0415
    from services.crm.sample_tickets import training_examples  # noqa: PLC0415

    path = classifier_path(settings)
    if not path.exists():
        save_model(train(*training_examples(), name="samples"), path)
    return ReloadingClassifier(path)


def workers(settings: Settings, engine: Engine, client: ZeebeClient, quick: QuickDatabase | None = None) -> list[JobWorker]:
    """Every job worker; decisions are asked of the gateway behind `client`. What each ticket needs goes by `quick`."""
    from bootstrap.assistant import LlmClassifier, assistant  # noqa: PLC0415 -- as above
    from services.classification import SqlCorrections  # noqa: PLC0415 -- as above
    from workers.main import change_workers, close_workers, job_workers  # noqa: PLC0415 -- as above

    local, helper = classifier(settings), assistant(settings, engine, client)
    quickly = _Quickly(settings, quick, client) if quick is not None else _as_it_is
    changes = change_desk(settings, engine, lambda: client)
    return [
        *map(
            quickly,
            job_workers(
                ticket_desk(engine),
                local,
                sla_ports(settings, engine, client),
                drafter=helper.drafter,
                models=LlmClassifier(helper.gateway, local),
                hears_reply=helper.hears_reply,
                corrections=SqlCorrections(engine),
            ),
        ),
        *change_workers(changes, change_applier(changes)),
        *close_workers(
            finance(settings, engine), accounting(settings), close_notifier(settings, engine), close_reports(settings, engine)
        ),
    ]


def _as_it_is(worker: JobWorker) -> JobWorker:
    return worker


@dataclass(frozen=True, slots=True)
class _Quickly:
    """The workers that write for every ticket, over connections that wait for the disk together."""

    settings: Settings
    quick: QuickDatabase
    client: ZeebeClient

    def __call__(self, worker: JobWorker) -> JobWorker:
        from bootstrap.assistant import assistant  # noqa: PLC0415 -- as above
        from workers.sla_escalation.compute_sla_targets import ComputeSlaTargets  # noqa: PLC0415 -- as above
        from workers.ticket_triage.assign_ticket import AssignTicket  # noqa: PLC0415 -- as above
        from workers.ticket_triage.suggest_reply import SuggestReply  # noqa: PLC0415 -- as above

        engine = self.quick.engine
        match worker:
            case AssignTicket():
                quick: JobWorker = replace(worker, desk=ticket_desk(engine))
            case ComputeSlaTargets():
                quick = replace(worker, desk=sla_desk(engine))
            case SuggestReply():
                quick = replace(worker, drafter=assistant(self.settings, engine, self.client).drafter)
            case _:
                return worker
        return Secured(quick, self.quick.secure)  # type: ignore[return-value]  # its job type is its worker's
