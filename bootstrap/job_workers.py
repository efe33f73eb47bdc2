"""Job workers with their ports, and the classifier they share."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from bootstrap.changes import change_applier, change_desk
from bootstrap.connections import ticket_desk
from bootstrap.sla import sla_ports
from settings import Settings
from zeebe.client import ZeebeClient
from zeebe.job import JobWorker

if TYPE_CHECKING:
    from services.classification import LinearClassifier


def classifier_path(settings: Settings) -> Path:
    return settings.data_dir / "classifier.npz"


def classifier(settings: Settings) -> "LinearClassifier":
    """The trained model; where there is none yet, one trained on the shipped samples."""
    # scikit-learn takes a second to import, and only the workers need it.
    from services.classification import load_model, save_model, train  # noqa: PLC0415
    from services.crm.sample_tickets import training_examples  # noqa: PLC0415

    path = classifier_path(settings)
    if not path.exists():
        save_model(train(*training_examples(), name="samples"), path)
    return load_model(path)


def workers(settings: Settings, engine: Engine, client: ZeebeClient) -> list[JobWorker]:
    """Every job worker; decisions are asked of the gateway behind `client`."""
    from bootstrap.assistant import LlmClassifier, assistant  # noqa: PLC0415 -- as above
    from workers.main import change_workers, job_workers  # noqa: PLC0415 -- as above

    local, helper = classifier(settings), assistant(settings, engine, client)
    changes = change_desk(settings, engine, lambda: client)
    return [
        *job_workers(
            ticket_desk(engine),
            local,
            sla_ports(settings, engine, client),
            drafter=helper.drafter,
            models=LlmClassifier(helper.gateway, local.labels),
            hears_reply=helper.hears_reply,
        ),
        *change_workers(changes, change_applier(changes)),
    ]
